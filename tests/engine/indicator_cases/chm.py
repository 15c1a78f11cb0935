"""Help files; their commands name programs and give them nothing to do."""

from tests.engine.archive_samples import chm
from tests.engine.indicator_cases.case import Case
from tests.engine.samples import minimal_pe

_OBJECT = (
    b'<html><object id=x classid="clsid:adb880a6-d8ff-11cf-9377-00'
    b'aa003b7a11"><param name="Command" value="ShortCut">'
    b"<param name=\"Item1\" value=',%s,/c'></object>"
)
_PAGE = b"<html><body>How to add a printer</body></html>"

CASES: dict[str, Case] = {
    "chm.command": Case(chm({"a.htm": _OBJECT % b"cmd.exe"}), chm({"a.htm": _OBJECT % b"printer.cpl"})),
    "chm.command_auto": Case(
        chm({"a.htm": _OBJECT % b"mshta" + b"<script>x.Click();</script>"}),
        chm({"a.htm": _OBJECT % b"printer.cpl" + b"<script>x.Click();</script>"}),
    ),
    "chm.script_runs": Case(
        chm({"a.htm": b"<html><script>new ActiveXObject('WScript.' + 'Shell')</script>".replace(b"' + '", b"")}),
        chm({"a.htm": b"<html><script>document.title = 'a'</script>"}),
    ),
    "chm.program_inside": Case(chm({"a.htm": _PAGE, "a.dat": minimal_pe()}), chm({"a.htm": _PAGE, "a.dat": b"hello"})),
}
