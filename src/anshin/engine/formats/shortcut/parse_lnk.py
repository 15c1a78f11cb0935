"""Parser of LNK: what it starts, how it hides that, and what is hung on behind it."""

import math
import re

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.script import analyse
from anshin.engine.formats.shortcut.lnk import HEADER, Link, read
from anshin.engine.unpack.member import Member, Problem

APPENDED = 64
LONG = 260
PADDED = re.compile(r"[\s\u00a0\u2000-\u200b\u3000]{40,}")
_TOOLS = re.compile(
    r"(?:^|[\\/\s\"])(powershell(?:_ise)?|pwsh|cmd|mshta|wscript|cscript|rundll32|regsvr32|msiexec|certutil|bitsadmin"
    r"|conhost|forfiles|pcalua|explorer|ssh|curl|python|hh|installutil|msbuild|wmic|schtasks|scriptrunner|ftp)"
    r"(?:\.exe)?[\"\s]*$",
    re.IGNORECASE,
)
_SHELLS = frozenset(
    {
        "powershell",
        "powershell_ise",
        "pwsh",
        "cmd",
        "mshta",
        "wscript",
        "cscript",
        "rundll32",
        "regsvr32",
        "conhost",
        "forfiles",
        "pcalua",
        "scriptrunner",
        "ssh",
    }
)
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|txt|rtf|jpe?g|png|gif|zip|csv|mp4|html?)$", re.IGNORECASE)
_DOCUMENT_ICON = re.compile(
    r"acrord|acrobat|winword|excel|powerpnt|notepad|msedge|chrome|firefox|wordpad|imageres|shell32|\.pdf|\.docx?|\.xlsx?",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\.lnk\b[^\n]{0,200}(?:readallbytes|select-string|findstr|get-content|\bgc\b|substring|seek|length)|(?:readallbytes|select-string|findstr|get-content|\bgc\b|get-childitem|\bdir\b)[^\n]{0,200}\.lnk\b",
    re.IGNORECASE,
)
_REMOTE = re.compile(r"^\\\\(?!localhost|127\.|\?\\|\.\\)([\w.-]+?)(?:@(?:ssl|\d+))*\\", re.IGNORECASE)
_UNUSUAL = re.compile(r"\^|`|%\w+:~|\"\"|\+\s*'|'\s*\+|\$\w+\[\d", re.IGNORECASE)


def parse_lnk(data: bytes, budget: Budget) -> Parsed:
    """Return what a shortcut shows."""
    link = read(data)
    parsed = Parsed(family="shortcut")
    if link.damaged:
        parsed.problems.append(Problem(gap="damaged", detail="format lnk"))
    tool = _tool(link)
    command = " ".join(f"{link.target} {link.arguments}".split())
    if command:
        budget.check_time()
        analyse(command, "command", budget, where="command").into(parsed)
    _looks(link, tool, parsed)
    tail = data[link.end :]
    rest = tail.strip(b"\0\r\n\t ")
    if len(rest) >= APPENDED:
        parsed.sign("shortcut.appended", offset=link.end)
        parsed.members.append(Member("part appended", BytesContent(tail)))
    _measure(link, tool, command, len(rest), parsed)
    return parsed


def _tool(link: Link) -> str:
    for path in (link.environment, link.base, link.item_path, link.strings.get("relative", "")):
        found = _TOOLS.search(path)
        if found:
            return found[1].lower()
    return ""


def _looks(link: Link, tool: str, parsed: Parsed) -> None:
    arguments, icon = link.arguments, link.strings.get("icon", "") or link.icon_environment
    if tool in _SHELLS:
        parsed.sign("shortcut.starts_shell", f"command {tool}")
    if tool in _SHELLS and arguments and link.show == 7:
        parsed.sign("shortcut.minimised", "field show")
    if PADDED.search(arguments):
        parsed.sign("shortcut.padded", "field arguments")
    if tool in _SHELLS and len(arguments) > LONG:
        parsed.sign("shortcut.long_command", "field arguments")
    if tool in _SHELLS and len(_UNUSUAL.findall(arguments)) >= 4:
        parsed.sign("shortcut.garbled_command", "field arguments")
    if tool in _SHELLS and icon and _DOCUMENT_ICON.search(icon) and not _TOOLS.search(icon.split(",")[0]):
        parsed.sign("shortcut.document_icon", "field icon")
    _reaches_out(link, tool, icon, parsed)


def _reaches_out(link: Link, tool: str, icon: str, parsed: Parsed) -> None:
    arguments = link.arguments
    if _REMOTE.match(icon):
        parsed.sign("shortcut.remote_icon", "field icon")
    if re.match(r"https?://", icon, re.IGNORECASE):
        parsed.sign("shortcut.web_icon", "field icon")
    remote = _REMOTE.match(link.target) or _REMOTE.match(link.share)
    if remote and (
        re.search(r"\.(?:exe|scr|js|vbs|hta|bat|cmd|ps1|dll)\b", link.target, re.IGNORECASE) or "@" in link.target[:80]
    ):
        parsed.sign("shortcut.remote_program", f"link {remote[1]}")
    if tool in _SHELLS and _REMOTE.search(
        next((w for w in arguments.replace('"', " ").split() if w.startswith("\\\\")), "")
    ):
        parsed.sign("shortcut.remote_program", "field arguments")
    if _SELF.search(arguments) and tool in _SHELLS:
        parsed.sign("shortcut.reads_itself", "field arguments")
    named = link.strings.get("name", "")
    if tool in _SHELLS and _DOCUMENT.search(named.strip()):
        parsed.sign("shortcut.poses_as_document", "field name")
    if tool and link.environment and link.base and not _same(link.environment, link.base):
        parsed.sign("shortcut.two_targets", "field target")


def _same(one: str, other: str) -> bool:
    return one.lower().rsplit("\\", 1)[-1] == other.lower().rsplit("\\", 1)[-1]


def _measure(link: Link, tool: str, command: str, appended: int, parsed: Parsed) -> None:
    arguments = link.arguments
    size = max(1, len(arguments))
    facts = {
        "target_log": math.log1p(len(link.target)),
        "arguments_log": math.log1p(len(arguments)),
        "padding_log": math.log1p(max((len(m[0]) for m in PADDED.finditer(arguments)), default=0)),
        "appended_log": math.log1p(appended),
        "minimised": float(link.show == 7),
        "hotkey": float(bool(link.hotkey)),
        "icon": float("icon" in link.strings or bool(link.icon_environment)),
        "icon_index": float(min(abs(link.icon_index), 300)),
        "items": float(bool(link.items)),
        "base": float(bool(link.base)),
        "share": float(bool(link.share)),
        "environment": float("environment" in link.blocks),
        "tracker": float("tracker" in link.blocks),
        "properties": float("properties" in link.blocks),
        "known_folder": float("known_folder" in link.blocks),
        "shim": float("shim" in link.blocks),
        "no_times": float(not any(link.times)),
        "no_target_size": float(not link.target_size),
        "tool": float(bool(tool)),
        "shell": float(tool in _SHELLS),
        "damaged": float(link.damaged),
        "strings": float(len(link.strings)),
        "urls": float(len(re.findall("https?://", command, re.IGNORECASE))),
        "caret_share": arguments.count("^") / size,
        "percent_share": arguments.count("%") / size,
        "quote_share": (arguments.count('"') + arguments.count("'")) / size,
        "plus_share": arguments.count("+") / size,
        "digit_share": sum(map(arguments.count, "0123456789")) / size,
        "upper_share": sum(c.isupper() for c in arguments[:4096]) / size,
        "non_ascii_share": (len(arguments) - len(arguments.encode("ascii", "ignore"))) / size,
        "layers": float(len(parsed.layers)),
        "signs": float(len({s.code for s in parsed.signs})),
        "header_odd": float(link.end < HEADER),
    }
    parsed.facts.update(facts)
    words = re.findall(r"[a-z0-9_]{3,40}", command.lower())
    parsed.tokens = (
        sorted(set(words)) + ["block:" + b for b in sorted(link.blocks)] + ["tool:" + tool] + parsed.tokens
    )[:2048]
