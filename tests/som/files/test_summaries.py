"""Summaries are read as they were written, or are refused."""

import json

import pytest

from workflow.som.files.errors import DamagedFileError
from workflow.som.files.summaries import read_summary, write_summary

SUMMARY = {"epoch": 1, "share": 0.1 + 0.2, "nothing": None, "null": {"mean": 1.5}}


def test_a_summary_is_read_as_it_was_written(tmp_path):
    write_summary(tmp_path / "summary.json", SUMMARY, kind="example")
    assert read_summary(tmp_path / "summary.json") == {"kind": "example", **SUMMARY}
    content = json.loads((tmp_path / "summary.json").read_text())
    assert {key: content[key] for key in SUMMARY} == SUMMARY


def test_every_flipped_bit_is_refused_or_changes_nothing(tmp_path):
    path = tmp_path / "summary.json"
    write_summary(path, SUMMARY, kind="example")
    content, refused = path.read_bytes(), 0
    for position in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[position] ^= 1 << bit
            path.write_bytes(flipped)
            try:
                assert read_summary(path) == {"kind": "example", **SUMMARY}
            except DamagedFileError:
                refused += 1
    assert refused > 7 * len(content)


def test_a_summary_carries_the_kind_that_it_was_written_as_and_not_an_older_one(tmp_path):
    path = tmp_path / "summary.json"
    write_summary(path, SUMMARY, kind="purity")
    write_summary(path, read_summary(path), kind="quality")
    assert read_summary(path)["kind"] == "quality"


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"epoch": 1}', "null"])
def test_other_content_is_refused(tmp_path, text):
    path = tmp_path / "summary.json"
    path.write_text(text)
    with pytest.raises(DamagedFileError, match=r"summary\.json is damaged"):
        read_summary(path)
