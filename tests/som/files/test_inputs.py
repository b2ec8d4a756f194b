"""Only ordinary files are read: nobody waits for a pipe, or reads a device without an end."""

import os
import re

import pytest

from workflow.som.config.refusals import ConfigError
from workflow.som.config.yaml_text import check_config_file
from workflow.som.data.datasets import read_idx
from workflow.som.files.atomic import digest, read_whole
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.inputs import check_input, read_input
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_arrow
from workflow.som.provenance.manifest import read_durations

STRANGE = {
    "pipe": (os.mkfifo, "it is a folder, a pipe or a device"),
    "folder": (os.mkdir, "it is a folder, a pipe or a device"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "it is a folder, a pipe or a device"),
    "loop": (lambda path: path.symlink_to(path.name), "it is a link that leads to itself"),
    "dead link": (
        lambda path: path.symlink_to("nowhere"),
        "it is a link to nowhere, which is not there",
    ),
}


@pytest.fixture(params=STRANGE)
def strange(request, tmp_path):
    """Something that is no file, and what is said of it."""
    make, said = STRANGE[request.param]
    make(tmp_path / "file")
    return tmp_path / "file", said


def test_what_is_no_file_is_refused(strange):
    path, said = strange
    for read in (check_input, lambda path: read_input(path, 9), lambda path: digest(path, "md5")):
        with pytest.raises(OSError, match=said):
            read(path)


@pytest.mark.parametrize("read", [read_whole, read_arrow, read_summary, load_checkpoint, read_idx])
def test_artifacts_and_originals_are_ordinary_files(strange, read):
    path, said = strange
    with pytest.raises(DamagedFileError, match=rf"^{re.escape(str(path))} is damaged \({said}"):
        read(path)


def test_a_configuration_is_an_ordinary_file(strange):
    path, said = strange
    with pytest.raises(ConfigError, match=rf"^{re.escape(str(path))} cannot be read \({said}"):
        check_config_file(path)


def test_what_is_not_there_is_not_called_damaged(tmp_path):
    for read in (check_input, read_whole, lambda path: read_input(path, 9)):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "file")


def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path / "there").write_bytes(b"12345")
    (tmp_path / "file").symlink_to("there")
    assert read_whole(tmp_path / "file") == read_input(tmp_path / "file", 5) == b"12345"


def test_sizes_are_bounded(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    for read in (check_input, read_input):
        with pytest.raises(OSError, match="it has more than 4 bytes"):
            read(tmp_path / "file", 4)
    with pytest.raises(OSError, match="it has more than 4 bytes"):
        read_input("/proc/self/status", 4)  # Its size is said to be 0.


@pytest.mark.parametrize(
    "content",
    [b"", b"s\n", b"s\th:m:s\n\xb1.5\t0\n", b"t\n1\n", b"s\none\n", b"s\nnan\n", b"s\n-1\n", b"\0"],
)
def test_a_damaged_duration_is_left_out(tmp_path, content):
    (tmp_path / "train.tsv").write_bytes(content)
    (tmp_path / "map.tsv").write_text("s\th:m:s\n1.25\t0:00:01\n")
    assert read_durations(tmp_path) == {"map": 1.25}


def test_what_is_no_file_has_no_duration(strange):
    path, _ = strange
    path.rename(path.with_suffix(".tsv"))
    assert read_durations(path.parent) == {}
