"""Files are whole or absent, even if an error occurs while they are written."""

import errno
import hashlib
import os
import subprocess
import sys

import pytest

from tests.project import ROOT
from workflow.som.files.atomic import digest, write_atomically
from workflow.som.files.errors import DamagedFileError, SomError, damaged


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole_in_a_folder_made_for_it(tmp_path):
    path = tmp_path / "new" / "folder" / "table.parquet"
    with write_atomically(path) as temporary:
        temporary.write_text("half")
        assert not path.exists()
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert names(path.parent) == ["table.parquet"]


def test_a_file_takes_its_name_in_one_step_and_only_once_it_is_on_disk(tmp_path, monkeypatch):
    path, synchronised = tmp_path / "a.txt", []
    path.write_text("older")

    def fsync(descriptor):
        synchronised.append(os.fstat(descriptor).st_ino)
        assert path.read_text() == "older"

    monkeypatch.setattr("os.fsync", fsync)
    with write_atomically(path) as temporary:
        temporary.write_text("newer")
        written = temporary.stat().st_ino
    assert synchronised == [written]
    assert path.stat().st_ino == written
    monkeypatch.undo()
    with path.open() as reader:
        with write_atomically(path) as temporary:
            temporary.write_text("newest")
        assert reader.read() == "newer"


def test_the_temporary_name_keeps_folder_and_suffix(tmp_path):
    with write_atomically(tmp_path / "a.png") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".png"
        assert temporary.name.startswith(".")
        temporary.write_text("x")


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), OSError("other")])
def test_a_failure_leaves_the_older_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("older")
    with pytest.raises(type(error)) as raised, write_atomically(path) as temporary:
        temporary.write_text("half")
        raise error
    assert raised.value is error
    assert path.read_text() == "older"
    assert names(tmp_path) == ["a.txt"]


def test_a_writer_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), write_atomically(tmp_path / "a.txt"):
        pass
    assert names(tmp_path) == []


def refuse(number):
    def fail(*arguments, **options):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("function", ["os.fsync", "pathlib.Path.write_text"])
def test_a_full_disk_is_one_sentence_naming_the_file(tmp_path, monkeypatch, function, number):
    path = tmp_path / "a.txt"
    path.write_bytes(b"older")
    monkeypatch.setattr(function, refuse(number))
    with pytest.raises(SomError) as raised, write_atomically(path) as temporary:
        temporary.touch()
        temporary.write_text("new")
    assert str(raised.value).startswith(f"{path} could not be written ({os.strerror(number)}): ")
    assert "run the same command again" in str(raised.value)
    assert path.read_bytes() == b"older"
    assert names(tmp_path) == ["a.txt"]


def test_a_limit_of_the_system_is_one_sentence_too(tmp_path, largest_file):
    path = tmp_path / "a.txt"
    with (
        largest_file(100),
        pytest.raises(SomError, match="a.txt could not be written"),
        write_atomically(path) as temporary,
    ):
        temporary.write_bytes(b"x" * 1000)
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_one_sentence_too(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.mkdir", refuse(errno.EROFS))
    path = tmp_path / "new" / "a.txt"
    refused = pytest.raises(SomError, match="new/a.txt could not be written")
    with refused, write_atomically(path) as temporary:
        temporary.write_text("x")


def test_a_full_disk_while_copying_is_told_from_an_error_of_the_original(tmp_path):
    """`shutil` names the original first and the copy second."""
    copying = OSError(errno.ENOSPC, "No space left on device", "original", None, None)
    with pytest.raises(SomError), write_atomically(tmp_path / "a.txt") as temporary:
        copying.filename2 = str(temporary)
        raise copying


def test_an_error_about_another_file_keeps_its_kind(tmp_path):
    other = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "other"))
    with pytest.raises(PermissionError), write_atomically(tmp_path / "a.txt"):
        raise other


def test_a_kill_leaves_no_half_file_under_the_final_name(tmp_path):
    code = (
        "import os, sys; from workflow.som.files.atomic import write_atomically\n"
        "with write_atomically(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half'); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.txt")], cwd=ROOT)
    assert done.returncode == -9
    assert not (tmp_path / "a.txt").exists()
    assert all(name.startswith(".") for name in names(tmp_path))


def test_the_sentence_about_damage_names_file_reason_and_remedy(tmp_path):
    error = damaged(tmp_path / "a.parquet", "too short")
    assert isinstance(error, DamagedFileError)
    assert isinstance(error, SomError)
    assert f"{tmp_path / 'a.parquet'} is damaged (too short)" in str(error)
    assert "delete it and run the same command again" in str(error)


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_the_digest_is_that_of_the_bytes(tmp_path, algorithm):
    content = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(content)
    assert digest(tmp_path / "a", algorithm) == hashlib.new(algorithm, content).hexdigest()


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path):
    left = tmp_path / ".a.0123abcd.tmp.png"
    others = [tmp_path / name for name in (".b.0123abcd.tmp.png", ".a.0123abcd.tmp.svg", ".a.png")]
    for path in (left, *others):
        path.touch()
    with write_atomically(tmp_path / "a.png") as temporary:
        temporary.write_text("whole")
    assert not left.exists()
    assert all(path.exists() for path in others)
    hidden = tmp_path / ".resume" / left.name
    hidden.parent.mkdir()
    hidden.touch()
    with write_atomically(hidden.parent / "a.png") as temporary:
        temporary.write_text("whole")
    assert hidden.exists()
