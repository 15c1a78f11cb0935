"""Whole tricks, judged end to end: what must be blocked is, by whatever way it is written."""

import pytest

from anshin.engine.rules.catalogue import catalogue
from anshin.engine.verdict import Status
from tests.engine.indicator_cases.ole import locked
from tests.engine.indicator_cases.vba import module
from tests.engine.office_samples import macro_book, opendocument, package, word
from tests.engine.rules.test_catalogue import CASES
from tests.engine.samples import reason_codes
from tests.engine.vba_samples import project

FAMILIES = ("ole", "office", "vba", "xlm", "ooxml", "rtf", "onenote", "odf")
PROOFS = sorted(c for c, i in catalogue().items() if i.kind == "proof" and c.split(".")[0] in FAMILIES)
PS = "power" + "shell"
COMMAND = f"{PS} -w hidden -enc QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"


@pytest.mark.parametrize("code", PROOFS)
def test_every_proof_blocks(judge, code):
    case = CASES[code]
    assert judge(case.positive, case.name).status is Status.MALICIOUS


def chars(text: str) -> str:
    return " & ".join(f"Chr({ord(c)})" for c in text)


def xored(text: str, key: int) -> str:
    return "".join(f"{ord(c) ^ key:02x}" for c in text)


@pytest.mark.parametrize(
    "lines",
    [
        [f'Shell "{COMMAND}"'],
        [f"Shell {chars(COMMAND)}, 0"],
        [f'c = "{COMMAND[:9]}"', f'c = c & "{COMMAND[9:]}"', "Shell c"],
        [f'c = StrReverse("{COMMAND[::-1]}")', 'CreateObject("WScript.' + 'Shell").Run c, 0'],
        [f'c = Replace("{COMMAND.replace("e", "#@")}", "#@", "e")', "Shell c"],
        [f'c = Join(Split("{COMMAND.replace(" ", "|")}", "|"), " ")', "Shell c"],
        [f'c = Unhide("{xored(COMMAND, 77)}")', 'CreateObject("WScript.' + 'Shell").Run c, 0'],
        ['Set w = GetObject("winmgmts:root\\cimv2:Win32_' + 'Process")', f'w.Create "{COMMAND}"'],
        [f'If True Then Shell "{PS} -e" & "nc QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB" _', ", 0"],
    ],
)
def test_commands_are_found_however_they_are_written(judge, lines):
    hidden = project({"ThisDocument": module(*lines).decode()})
    assert judge(hidden, "a.doc").status is Status.MALICIOUS, lines


def test_command_in_another_module_is_followed_from_the_trigger(judge):
    first = module("Go_On").decode()
    other = module(f'Shell "{COMMAND}"', name="Go_On").decode()
    idle = module(f'Shell "{COMMAND}"', name="Never_Called").decode()
    assert judge(project({"A": first, "B": other}), "a.doc").status is Status.MALICIOUS
    assert judge(project({"A": first, "B": idle}), "a.doc").status is not Status.MALICIOUS


def test_macro_project_in_a_package_is_judged_as_a_member(judge):
    macros = project({"ThisDocument": module(f'Shell "{COMMAND}"').decode()}, root="VBA_")
    found = judge(word(parts={"word/vbaProject.bin": macros}), "a.docm")
    assert found.status is Status.MALICIOUS
    assert "vba.opening_command" in reason_codes(found)


def test_macro_sheet_in_xml_is_evaluated(judge):
    spelled = "&amp;".join(f"CHAR({ord(c)})" for c in "cmd.exe /c ver")
    found = judge(macro_book([f"EXEC({spelled})", "HALT()"], hidden="veryHidden", auto=True), "a.xlsm")
    assert found.status is Status.MALICIOUS
    assert {"xlm.very_hidden", "xlm.opening_command"} <= reason_codes(found)
    assert judge(macro_book(["ALERT(A2)", "HALT()"], auto=True), "a.xlsm").status is Status.CLEAN


def test_macro_sheet_in_sylk_is_evaluated(judge):
    book = 'ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1;KMacro;F\r\nC;X1;Y1;EEXEC("cmd' + '.exe /c ver")\r\nE\r\n'
    assert judge(book.encode(), "a.slk").status is Status.MALICIOUS
    assert judge(b'ID;P\r\nC;X1;Y1;K"name"\r\nC;X2;Y1;K5;E1+4\r\nE\r\n', "a.slk").status is Status.CLEAN


def test_formula_that_starts_a_program_is_found_in_csv(judge):
    assert judge(b"name,sum\r\n=cmd" + b"|'/c calc'!A0,1\r\n", "a.csv").status is Status.MALICIOUS
    assert judge(b"name,sum\r\na|b,=A1+1\r\n", "a.csv").status is Status.CLEAN


def test_field_split_over_runs_is_joined(judge):
    runs = ["DD", "EAUTO c:\\\\windows\\\\system32\\\\cm", "d.exe &quot;/k ver&quot;"]
    body = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    body += "".join(f"<w:r><w:instrText>{r}</w:instrText></w:r>" for r in runs)
    body += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert "office.dde_program" in reason_codes(judge(word(body=body), "a.docx"))
    honest = body.replace("DD", "DA").replace("EAUTO", "TE")
    assert judge(word(body=honest), "a.docx").status is Status.CLEAN


def test_link_of_a_workbook_that_starts_a_program_is_found(judge):
    def book(service: str, topic: str) -> bytes:
        link = f'<externalLink><ddeLink ddeService="{service}" ddeTopic="{topic}"/></externalLink>'.encode()
        return package("xl/workbook.xml", {"xl/externalLinks/externalLink1.xml": link})

    assert judge(book("cmd", "/c ver"), "a.xlsx").status is Status.MALICIOUS
    assert judge(book("Quote", "Price"), "a.xlsx").status is Status.CLEAN


def test_basic_that_the_document_starts_is_followed(judge):
    basic = f"<script:module>Sub Go\nShell(&quot;{COMMAND}&quot;)\nEnd Sub</script:module>".encode()
    event = '<script:event-listener script:event-name="dom:load" xlink:href="vnd.sun.star.script:Standard.M.Go?a=b"/>'
    assert judge(opendocument(event, parts={"Basic/Standard/M.xml": basic}), "a.odt").status is Status.MALICIOUS


def test_locked_workbook_without_a_known_password_is_not_called_clean(judge):
    assert judge(locked("a long and unknown one"), "a.xlsx").status is Status.INCOMPLETE
    assert judge(locked("1234"), "a.xlsx").status is Status.CLEAN
