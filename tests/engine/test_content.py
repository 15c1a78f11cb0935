import hashlib
import io
import os

import pytest

from anshin.engine.content import BytesContent, FileContent, SliceContent, open_content, sha256

DATA = bytes(range(256)) * 20


@pytest.fixture
def contents(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"xx" + DATA + b"yy")
    fd = os.open(path, os.O_RDONLY)
    yield [BytesContent(DATA), SliceContent(FileContent(fd), 2, 2 + len(DATA))]
    os.close(fd)


def test_all_kinds_of_content_read_alike(contents):
    for content in contents:
        assert content.size == len(DATA)
        assert content.read(0, content.size) == DATA
        assert content.read(len(DATA) - 3, 100) == DATA[-3:]
        assert content.read(len(DATA) + 5, 1) == b""
        assert sha256(content) == hashlib.sha256(DATA).hexdigest()


def test_a_library_can_read_content_as_a_file(contents):
    for content in contents:
        file = open_content(content)
        assert file.read(10) == DATA[:10]
        file.seek(-5, io.SEEK_END)
        assert file.read() == DATA[-5:]
        with pytest.raises(OSError, match="before"):
            file.seek(-1)


def test_reading_does_not_move_the_descriptor(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DATA)
    fd = os.open(path, os.O_RDONLY)
    os.lseek(fd, 7, os.SEEK_SET)
    sha256(FileContent(fd))
    assert os.lseek(fd, 0, os.SEEK_CUR) == 7
    os.close(fd)
