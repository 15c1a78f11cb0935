"""Macro projects are found wherever they lie in a container, even where its directory does not name them."""

from anshin.engine.budget import Budget
from anshin.engine.formats.ole.container import open_container
from anshin.engine.formats.vba.project import loose_modules, read_project
from anshin.engine.limits import Limits
from tests.engine.ole_samples import ole
from tests.engine.vba_samples import compressed, project


def modules(data: bytes) -> dict[str, str]:
    box, budget = open_container(data), Budget(Limits())
    found = loose_modules(box, read_project(box, budget), budget)
    return {m.name: m.text for m in found.modules} if found else {}


def test_modules_are_read_by_the_directory():
    text = 'Attribute VB_Name = "表"\r\nSub 開く()\r\nMsgBox "はい"\r\nEnd Sub\r\n'
    assert modules(project({"Sheet1": text, "B": "Sub x()\r\nEnd Sub\r\n"}, root="_VBA_PROJECT_CUR"))["Sheet1"] == text


def test_text_that_no_directory_names_is_found():
    text = b"Attribute VB_Name\r\nSub Hidden()\r\nEnd Sub\r\n"
    assert modules(ole({"Odd/Stream": b"1234567" + compressed(text)}))["Stream"].startswith("Attribute VB_Name")


def test_file_without_macros_has_none():
    assert modules(ole({"WordDocument": bytes(5000), "dir": b"a list of folders"})) == {}
