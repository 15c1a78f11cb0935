"""Samples come out of repositories, archives and packages in memory, with what is known of them."""

import gzip
import hashlib
import io
import os
import subprocess
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from anshin.training.corpora import Label
from anshin.training.corpora.catalogue import Source, read_source, sources
from anshin.training.corpora.git_blobs import commit_of, list_blobs, read_blobs
from anshin.training.corpora.packages import MOST, listing, read_packages
from anshin.training.corpora.packed import members
from anshin.training.errors import CorpusError

WHO = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env={**os.environ, **WHO})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    (work / "2016" / "a").mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main", str(work))
    (work / "2016" / "a" / "20160901_x.js").write_text("var a = 1;")
    (work / "2016" / "a" / "skip.md").write_text("no")
    (work / "link.js").symlink_to("2016/a/skip.md")
    with zipfile.ZipFile(work / "packed.zip", "w") as archive:
        archive.writestr("inner.bin", b"inside")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "x")
    return work / ".git"


def source(repository: Path, **changes: object) -> Source:
    made = Source(
        id="t", repository="o/n", commit=commit_of(repository), label=Label.MALICIOUS, paths=("*",), licence="", bias=""
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_blobs_are_read_without_links(repository: Path):
    blobs = list_blobs(repository, commit_of(repository), ("*.js",))
    assert [b.path for b in blobs] == ["2016/a/20160901_x.js"]
    assert [data for _, data in read_blobs(repository, blobs)] == [b"var a = 1;"]


def test_date_group_and_archive_members_are_known(repository: Path):
    import re

    found = {
        s.name: s
        for s in read_source(
            source(
                repository,
                skip=("*.md",),
                passwords=("infected",),
                date=re.compile(r"/(\d{8})_"),
                group=re.compile(r"^(\d+)/"),
            ),
            repository,
        )
    }
    assert found["2016/a/20160901_x.js"].date == "2016-09-01"
    assert found["2016/a/20160901_x.js"].group == "2016"
    assert found["packed.zip!inner.bin"].data == b"inside"
    assert "packed.zip" not in found


def test_repository_without_a_fitting_file_is_refused(repository: Path):
    with pytest.raises(CorpusError, match="no file"):
        list(read_source(source(repository, paths=("*.exe",)), repository))


def test_folder_that_is_no_repository_is_refused(tmp_path: Path):
    with pytest.raises(CorpusError, match="git repository"):
        commit_of(tmp_path)


@pytest.mark.parametrize("data", [b"", b"not an archive", b"PK\x03\x04broken", b"7z\xbc\xaf\x27\x1cbroken"])
def test_damaged_archive_is_refused(data: bytes):
    with pytest.raises(CorpusError):
        list(members(data, ("infected",)))


def test_seven_zip_with_password_is_opened():
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password="infected") as archive:
        archive.writestr(b"harmless", "a.txt")
    assert list(members(out.getvalue(), ("wrong", "infected"))) == [("a.txt", b"harmless")]
    with pytest.raises(CorpusError, match="no password"):
        list(members(out.getvalue(), ("wrong",)))


def deb(files: dict[str, bytes]) -> bytes:
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:xz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))

    def entry(name: bytes, body: bytes) -> bytes:
        head = (
            name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"100644".ljust(8) + str(len(body)).encode().ljust(10)
        )
        return head + b"`\n" + body + b"\n" * (len(body) % 2)

    return b"!<arch>\n" + entry(b"debian-binary", b"2.0\n") + entry(b"data.tar.xz", inner.getvalue())


def test_packages_give_their_files_with_the_package_as_group(tmp_path: Path):
    (tmp_path / "wine_8.0-1_amd64.deb").write_bytes(deb({"./a.dll": b"MZ1", "./b.txt": b"text"}))
    with zipfile.ZipFile(tmp_path / "numpy-2.4-cp311-win.whl", "w") as wheel:
        wheel.writestr("numpy/c.pyd", b"MZ2")
    found = {s.data: s.group for s in read_packages(tmp_path)}
    assert found == {b"MZ1": "wine", b"MZ2": "numpy"}
    (tmp_path / "mono" / "lib").mkdir(parents=True)
    (tmp_path / "mono" / "lib" / "d.dll").write_bytes(b"MZ3")
    assert {s.group for s in read_packages(tmp_path) if s.data == b"MZ3"} == {"mono"}
    with pytest.raises(CorpusError, match="no wheel"):
        list(read_packages(tmp_path / "nothing"))
    (tmp_path / "broken_1.deb").write_bytes(b"nothing")
    with pytest.raises(CorpusError, match="broken_1"):
        list(read_packages(tmp_path))


def test_one_package_gives_a_bounded_number_of_files_and_its_papers_unpacked(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "big-1.0-win.whl", "w") as wheel:
        for number in range(MOST + 20):
            wheel.writestr(f"big/{number}.dll", b"MZ%d" % number)
        wheel.writestr("big/manual.pdf.gz", gzip.compress(b"%PDF-1.4"))
        wheel.writestr("big/lib.so.1", b"\x7fELF")
    found = [s.data for s in read_packages(tmp_path)]
    assert len([d for d in found if d.startswith(b"MZ")]) == MOST
    assert b"%PDF-1.4" in found
    assert b"\x7fELF" in found
    assert found == [s.data for s in read_packages(tmp_path)]  # the same files at every look


def test_packages_are_listed_with_their_hashes(tmp_path: Path):
    (tmp_path / "a_1_amd64.deb").write_bytes(b"x")
    (tmp_path / "note.txt").write_text("no package")
    (tmp_path / "folder").mkdir()
    assert listing(tmp_path) == f"a_1_amd64.deb {hashlib.sha256(b'x').hexdigest()}\nfolder unpacked\n"


def test_a_member_can_be_left_out_by_its_name(repository: Path):
    assert (
        list(read_source(source(repository, passwords=("infected",), skip=("*!inner.bin", "*.js", "*.md")), repository))
        == []
    )
    assert [s.name for s in read_source(source(repository, passwords=("infected",), paths=("*.zip",)), repository)] == [
        "packed.zip!inner.bin"
    ]


def test_catalogue_is_whole():
    for one in sources().values():
        assert len(one.commit) == 40
        assert one.licence
        assert one.bias
        assert one.paths
