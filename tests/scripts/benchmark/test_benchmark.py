"""The benchmark's scripts on tiny runs: their tables are complete and name the machine."""

import sys

import pytest

from workflow.scripts.benchmark import (
    benchmark_memory,
    benchmark_peers,
    benchmark_scaling,
    benchmark_schedule,
    install_peers,
)
from workflow.som.benchmark import engine_times as engine
from workflow.som.benchmark import memory_points
from workflow.som.files.tables import read_table

SCHEDULE = {"learning_rate": 0.5, "radius": 3.0, "decay": 0.8}


@pytest.fixture
def run(new_run):
    trained = new_run(shape=(9, 10))
    trained.train()
    return trained


def test_schedule(run):
    table = run.folder / "schedule.parquet"
    benchmark_schedule.main(
        run.folder / "train.parquet", run.paths("checkpoints", "safetensors", [0, 1]), table,
        schedule=SCHEDULE, rounds=2, samples=60, threads=1,
    )  # fmt: skip
    frame, metadata = read_table(table)
    assert sorted(frame["epoch"].unique()) == [1, 2]
    assert set(frame["round"]) == {0, 1}, "the round that compiles does not count"
    assert frame.query("epoch == 2")["radius"].tolist() == pytest.approx([2.4] * 8)
    assert metadata["threads"] == "1"
    assert "GB" in metadata["machine"]


def test_scaling(run, monkeypatch):
    monkeypatch.setattr(engine, "SIDE", 9)
    table = run.folder / "scaling.parquet"
    benchmark_scaling.main(
        run.folder / "train.parquet", table,
        sizes={"features": [8, 32], "samples": [100]}, rounds=1, threads=1,
    )  # fmt: skip
    frame = read_table(table).frame
    assert sorted(frame["value"].unique()) == [8, 32, 100]
    assert set(frame["round"]) == {0}


def test_memory(run, monkeypatch):
    asked = []

    def peak_of(request, threads):
        asked.append(request)
        return 10**6 * len(asked)

    monkeypatch.setattr(memory_points, "peak_of", peak_of)
    monkeypatch.setattr(memory_points, "N_SAMPLES", 120)
    table = run.folder / "memory.parquet"
    left = run.folder / ".memory" / "samples.parquet"
    left.parent.mkdir()
    left.write_text("of a job that was killed")
    benchmark_memory.main(
        run.folder / "train.parquet", table,
        sizes={"units": [16, 100], "samples": [50, 200]}, asked_mb={16: 1, 100: 2, 2500: 3},
        threads=1,
    )  # fmt: skip
    frame, metadata = read_table(table)
    assert frame.groupby(["axis", "value", "in_parts"]).size().tolist() == [2] * 6
    assert set(frame["library_bytes"]) == {10**6}, "the first process only loads"
    assert frame["peak_bytes"].min() == 6 * 10**6, "those that compile do not count"
    assert frame["peak_bytes"].is_unique
    assert frame.query("n_units == 100")["asked_bytes"].tolist() == [2_000_000] * 2
    assert frame.query("axis == 'samples'")["n_samples"].tolist() == [50] * 4 + [200] * 4
    assert metadata["threads"] == "1"
    assert not left.parent.exists()


def test_peers(run):
    """The tests' environment has MiniSom, so it stands in for the peers'; somoclu is missing."""
    python = run.folder / "peers" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    versions = run.folder / "peers.txt"
    versions.write_text("MiniSom==2.3.6\nnumpy==2.4.6\n")
    table = run.folder / "peers.parquet"
    libraries = [
        {"name": name, "rule": rule, "epochs": [2], "samples": 100, "checked": 50, "rounds": rounds}
        for name, rule, rounds in [
            ("ours", "online", 2), ("minisom", "online", 1), ("ours", "batch", 1),
            ("somoclu", "batch", 1),
        ]
    ]  # fmt: skip
    benchmark_peers.main(
        run.folder / "train.parquet", run.paths("checkpoints", "safetensors", [1]),
        run.paths("checkpoints", "safetensors", [0]), run.folder / "peers", versions, table,
        schedule=SCHEDULE, libraries=libraries, batch_epochs=[2], rounds=2, threads=1,
    )  # fmt: skip
    frame, metadata = read_table(table)
    assert frame.groupby(["library", "rule"]).size().to_dict() == {
        ("minisom", "online"): 2, ("ours", "batch"): 2, ("ours", "online"): 4,
    }  # fmt: skip
    assert (frame["relative_difference"] < 1e-5).all()
    assert (frame["n_samples"] == 100).all()
    assert frame["is_cold"].sum() == 4
    assert metadata["machine"]


def test_a_python_that_is_not_there_or_does_not_run_is_passed_over(tmp_path):
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    pythons = [str(broken), str(tmp_path / "python3.12"), sys.executable]
    assert list(map(install_peers.makes_environments, pythons)) == [False, False, True]
