"""Snakemake refuses damaged or impossible input in one sentence, and nothing else is lost."""

import os
import random
import shutil

import pytest

from tests.faults.damages import artifacts, flip_a_bit, rewrite, truncate


def harm(project, name, what, generator):
    """Damage an artifact in one of several ways; return its path."""
    path = project.folder / "results" / name
    content = path.read_bytes()
    others = [n for n in artifacts(project) if n.endswith(path.suffix) and n != name]
    if what == "another" and not others:
        what = "cut"
    if what == "another":
        rewrite(path, (project.folder / "results" / generator.choice(others)).read_bytes())
        if path.read_bytes() == content:  # The other file had the same content.
            rewrite(path, b"")
    elif what == "folder":
        rewrite(path, None)
    else:
        rewrite(path, {"cut": truncate, "flip": flip_a_bit}[what](content, generator))
    return path


# It starts Snakemake again and again: 200 s when nothing else runs.
@pytest.mark.timeout(900)
def test_through_snakemake_no_damage_is_used_and_nothing_else_is_lost(
    finished, copy_of_finished, fault_seed, how_many
):
    """Half of the damaged files are newer, the others keep their time. Some are then made again."""
    project, generator = copy_of_finished, random.Random(fault_seed)
    before = {name: path.read_bytes() for name, path in artifacts(project).items()}
    # These are read only by the rules that make them; the resume folder has tests of its own.
    unread = ("manifest.json", "raw/", ".resume/")
    names = [name for name in before if not any(part in name for part in unread)]
    generator.shuffle(names)
    # One file of each folder and each table; the long form takes all files.
    kinds = {name.rpartition("/")[0] if "epoch" in name else name: name for name in names}
    chosen = how_many(list(kinds.values()), names)
    for attempt, name in enumerate(chosen):
        what = ["flip", "cut", "another", "folder"][attempt % 4]
        source = finished.folder / "results" / name
        path = harm(project, name, what, generator)
        arguments = ["quickstart"]
        if attempt % 2:
            os.utime(path, ns=(source.stat().st_mtime_ns,) * 2)
            arguments += ["--forcerun", "write_manifest"]
        done = f"{name}: {what}, {' '.join(arguments)}, attempt {attempt}"
        output = project.snakemake(*arguments, fails=True)
        assert f"results/{name} is damaged (" in output, f"{done}\n{output}"
        assert "delete it and run the same command again" in output
        assert "Traceback" not in output
        after = {n: p.read_bytes() for n, p in artifacts(project).items() if n != name}
        assert after == {n: content for n, content in before.items() if n != name}, done
        path.rmdir() if path.is_dir() else path.unlink()
        if attempt % 5 == 0:
            project.snakemake("quickstart")
            after = {n: p.read_bytes() for n, p in artifacts(project).items()}
            differ = {n for n in before if after.get(n) != before[n]}
            assert differ <= {"quickstart/seed_0/manifest.json"}, done
            before = after
        else:
            shutil.copy2(source, path)
    assert len(chosen) == how_many(len(kinds), len(names)) > 6


def test_a_damaged_original_is_named_and_fetched_again(copy_of_finished, fault_seed):
    project = copy_of_finished
    name = "raw/mnist_5000/mnist_5k.csv.gz"
    before = {n: path.read_bytes() for n, path in artifacts(project).items()}
    path = harm(project, name, "flip", random.Random(fault_seed))
    target = "results/datasets/mnist_5000/train.parquet"
    output = project.snakemake(target, fails=True)
    assert f"results/{name} is damaged (its md5 sum is not the original's)" in output
    path.unlink()
    # The file must be a target: Snakemake does not make intermediate files that no target needs.
    project.snakemake(f"results/{name}", target)
    assert {n: found.read_bytes() for n, found in artifacts(project).items()} == before


def test_damaged_records_and_durations_stop_no_run(copy_of_finished, fault_seed):
    project, generator = copy_of_finished, random.Random(fault_seed)
    before = project.artifacts()
    records = sorted((project.folder / "results/.records").iterdir())
    durations = sorted((project.folder / "results/benchmarks").rglob("*.tsv"))
    for number, path in enumerate([*durations, *records]):
        content, changed_at = path.read_bytes(), path.stat().st_mtime
        damaged = [b"\xb1" + content, content[: generator.randrange(len(content))], None]
        # A folder in the place of a job's durations is refused at the start, with the job's name.
        rewrite(path, damaged[number % (3 if path in records else 2)])
        if path in records:
            changed_at -= 3600
        os.utime(path, (changed_at,) * 2)
    output = project.snakemake("quickstart", "--forcerun", "write_manifest")
    assert f"Passed over {len(records)} damaged records" in output
    assert "is left out of the durations" in output
    assert "Traceback" not in output
    assert project.artifacts() == before
    assert "Nothing to be done" in project.snakemake("quickstart")


def test_a_device_that_is_not_there_is_named(project):
    import torch

    device = "mps" if torch.cuda.is_available() else "cuda"
    project.change(device=device)
    output = project.snakemake("quickstart", fails=True)
    assert f"device: {device} was asked for, but torch finds none" in output
    assert not (project.run / "checkpoints").exists()


def test_a_bad_configuration_is_refused_before_any_job(project):
    for values, named in (
        ({"epochs": -3}, "epochs"),
        ({"epochz": 3}, "epochz"),
        ({"decay": "fast"}, "decay"),
        ({"shape": [0, 5]}, "shape"),
    ):
        before = (project.folder / "config/config.yaml").read_text()
        project.change(**values)
        output = project.snakemake("quickstart", fails=True)
        assert named in output
        assert "Traceback" not in output
        assert not (project.folder / "results").exists()
        (project.folder / "config/config.yaml").write_text(before)


def test_no_mirror_and_no_network_is_one_sentence(project, monkeypatch):
    # Nothing listens at this proxy, so the originals' addresses cannot be reached.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    project.configure(lambda config: config["experiments"]["quickstart"].update(dataset="kmnist"))
    output = project.snakemake(
        "results/datasets/kmnist/train.parquet", "--config", "mirror=/nowhere", fails=True
    )
    assert "/nowhere" in output
    assert "--config mirror=" in output
