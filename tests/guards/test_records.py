"""Records of what made each file: kept beside the results, with the names of parameters."""

import json
from types import SimpleNamespace

import pytest
from snakemake.io import IOFile
from snakemake.persistence import RECORD_FORMAT_VERSION, MetadataRecord
from snakemake.persistence.file import FilePersistence

from workflow.records import Records

OUTPUT = IOFile("results/a.json")


class Job(SimpleNamespace):
    """What `Records` asks of a job; jobs are keys of Snakemake's caches."""

    __hash__ = object.__hash__


def job(rule="measure", **params):
    return Job(rule=SimpleNamespace(name=rule), params=params, output=[OUTPUT])


@pytest.fixture
def records(tmp_path, monkeypatch):
    """What Snakemake opens, as it becomes ours."""
    monkeypatch.chdir(tmp_path)
    opened = FilePersistence()
    opened.__class__ = Records
    opened.keep_beside_results()
    return opened


def record(records, params):
    entry = MetadataRecord(record_format_version=RECORD_FORMAT_VERSION, params=params)
    records._write_record(records._get_key(OUTPUT), entry)
    records._clear_cache()


def test_they_lie_beside_the_results(records, tmp_path):
    record(records, ["a=1"])
    (path,) = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
    assert path.parent == tmp_path / "results" / ".records"
    assert json.loads(path.read_text())["params"] == ["a=1"]


def test_nothing_is_made_before_the_first_record(records, tmp_path):
    assert records.metadata(OUTPUT) is None
    assert not (tmp_path / "results").exists()


def test_swapped_values_are_a_change(records):
    record(records, records._params(job(rows=10, columns=20)))
    assert not records.params_changed(job(rows=10, columns=20))
    assert records.params_changed(job(rows=20, columns=10))
    assert records.params_changed(job(rows=10, columns=20, depth=1))
    assert records.params_changed(job(rows=10))


def test_a_file_without_a_record_was_made_by_something_else(records):
    assert records.has_metadata(job(rows=10))
    assert records.params_changed(job(rows=10))
    assert not records.params_changed(job("download_mnist"))
