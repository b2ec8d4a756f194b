"""Damaged or impossible input ends in one sentence, and nothing is computed from it."""

import os
import random
import shutil

import numpy as np
import pyarrow as pa
import pytest

from workflow.som.checkpoints import load_checkpoint, save_checkpoint
from workflow.som.datasets import read_images
from workflow.som.downloads import verify_sources
from workflow.som.errors import DamagedFileError, SomError
from workflow.som.resume import ResumeFolder
from workflow.som.runs import Run
from workflow.som.summaries import read_summary
from workflow.som.tables import read_arrow, read_table, write_arrow
from workflow.som.tsp import snapshots, tours
from workflow.som.tsp.cities import random_cities


def truncate(content, generator):
    return content[: generator.randrange(len(content))]


def flip_a_bit(content, generator):
    changed = bytearray(content)
    changed[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
    return bytes(changed)


def append(content, generator):
    return content + generator.randbytes(generator.randrange(1, 100))


def rewrite(path, content):
    """Replace a file, not the bytes behind its other hard links; None: by a folder."""
    path.unlink()
    path.mkdir() if content is None else path.write_bytes(content)


def artifacts(project):
    """What a run made, but for logs and the like, by the path below `results`."""
    results = project.folder / "results"
    paths = (path for folder in ("raw", "datasets", "quickstart") for path in results.glob(folder))
    files = (path for folder in paths for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(results).as_posix(): path for path in files}
    return {name: path for name, path in sorted(found.items()) if not name.endswith(".log")}


def reader_of(name):
    """The function that reads an artifact wherever it is used; None for pictures and pages."""
    if name.startswith("datasets/"):
        return read_images
    return {
        ".parquet": read_table,
        ".safetensors": load_checkpoint,
        ".json": read_summary,
        ".gz": lambda path: verify_sources("mnist_5000", path.parent),
    }.get(name[name.rindex(".") :] if "." in name.rpartition("/")[2] else "")


def refuse(path, reader, content, generator, number):
    """Count damages of a file that its reader refuses by name; assert that it does each time."""
    kinds = [truncate, flip_a_bit, flip_a_bit, append]
    cuts = [content[:length] for length in {0, 1, 7, 8, 9, len(content) // 2, len(content) - 1}]
    refused = 0
    for damaged in cuts + [kinds[i % 4](content, generator) for i in range(number)]:
        path.write_bytes(damaged)
        with pytest.raises(DamagedFileError) as raised:
            reader(path)
        assert str(raised.value).startswith(f"{path} is damaged (")
        assert "\n" not in str(raised.value)
        refused += 1
    return refused


def test_every_damage_of_every_artifact_is_refused_by_name(
    finished, tmp_path, fault_seed, how_many
):
    generator, number, kinds = random.Random(fault_seed), how_many(12, 200), {}
    for name, original in artifacts(finished).items():
        reader = reader_of(name)
        if reader is None:
            continue
        path = tmp_path / original.name
        shutil.copyfile(original, path)
        reader(path)
        refused = refuse(path, reader, original.read_bytes(), generator, number)
        kind = name.replace("quickstart/seed_0/", "").partition("/")[0]
        kinds[kind] = kinds.get(kind, 0) + refused
    assert kinds.keys() == {
        *("raw", "datasets", "checkpoints", ".resume", "training_activations", "activations"),
        *("purity", "u_matrix", "history.parquet", "manifest.json"),
    }
    assert sum(kinds.values()) > 50 * number


def test_every_damage_of_a_tour_is_refused_by_name(tmp_path, fault_seed, how_many):
    generator, number = random.Random(fault_seed), how_many(30, 500)
    points, tour = random_cities(20, 0), np.arange(20)
    known = {"instance": "a", "seed": "0", "seconds": "1", "first_seconds": "1"}
    paths = [tmp_path / f"{name}.parquet" for name in ("cities", "tour", "tours", "snapshots")]
    tours.write_cities(paths[0], points, known)
    tours.write_tour(paths[1], points, tour, known)
    tours.write_tours(paths[2], [tours.FoundTour("a", 0, 1.0, tour)], known)
    snapshots.write_snapshots(paths[3], [snapshots.Snapshot(0, 1.0, points)], known)
    readers = [tours.read_cities, tours.read_tour, tours.read_tours, snapshots.read_snapshots]
    for path, reader in zip(paths, readers, strict=True):
        assert refuse(path, reader, path.read_bytes(), generator, number) > number


def test_bombs_and_impostors_are_refused_by_name(finished, tmp_path):
    files = artifacts(finished)
    checkpoint = files["quickstart/seed_0/checkpoints/epoch_006.safetensors"].read_bytes()
    for length in (0, 2**20, 2**31, 2**63, 2**64 - 1):
        bomb = tmp_path / "a.safetensors"
        bomb.write_bytes(length.to_bytes(8, "little") + checkpoint[8:])
        with pytest.raises(DamagedFileError):
            load_checkpoint(bomb)
    codebook, metadata = load_checkpoint(
        files["quickstart/seed_0/checkpoints/epoch_006.safetensors"]
    )
    for other in (codebook[:-1], codebook[:, :-1], codebook.ravel(), codebook.astype(np.float64)):
        save_checkpoint(bomb, other, metadata)  # With a right checksum of its own.
        with pytest.raises(DamagedFileError, match="codebook"):
            load_checkpoint(bomb)
    images, metadata = read_arrow(files["datasets/mnist_5000/test.parquet"])
    labels = images.schema.get_field_index("label")
    impostors = [
        images.drop_columns("pixels"),
        images.rename_columns(["sample", "digit", "pixels"]),
        images.set_column(labels, "label", images["label"].cast(pa.int64())),
        images.set_column(labels, "label", pa.array([10] * len(images), pa.uint8())),
        images.set_column(labels, "label", pa.nulls(len(images), pa.uint8())),
    ]
    for table in impostors:
        write_arrow(tmp_path / "a.parquet", table, metadata)
        with pytest.raises(DamagedFileError):
            read_images(tmp_path / "a.parquet")
    write_arrow(tmp_path / "a.parquet", images, metadata | {"image_shape": "[7, 7]"})
    with pytest.raises(DamagedFileError):
        read_images(tmp_path / "a.parquet")


@pytest.fixture
def train(tmp_path, make_experiment, make_images):
    """Train epochs of a tiny run; return the bytes of what was published."""
    images = make_images(tmp_path / "images.parquet")

    def run(epochs, previous=None, seed=3):
        folder = tmp_path / f"seed_{seed}"
        outputs = [
            (folder / f"epoch_{epoch:03d}.safetensors", folder / f"epoch_{epoch:03d}.parquet")
            for epoch in epochs
        ]
        trainer = Run("tiny", make_experiment(), seed, {}, images, folder / ".resume", 1)
        trainer.train(epochs, previous, outputs)
        # The tables say how long an epoch took.
        return [checkpoint.read_bytes() for checkpoint, _ in outputs]

    return run


def test_what_is_kept_for_resuming_is_verified_and_trained_again(
    train, tmp_path, fault_seed, how_many
):
    generator = random.Random(fault_seed)
    expected = train(range(5))
    kept = tmp_path / "seed_3" / ".resume"
    names = sorted(path.name for path in kept.iterdir())
    assert len(names) == 12  # Two an epoch, the fingerprint and the lock.
    for attempt in range(how_many(36, 600)):
        name = names[attempt % len(names)]
        content, change = (kept / name).read_bytes(), generator.choice([truncate, flip_a_bit])
        damaged = change(content, generator) if content else b"x"
        if attempt % 2:
            rewrite(kept / name, damaged)
        else:  # As on a bad disk: behind all hard links.
            (kept / name).write_bytes(damaged)
        assert train(range(5)) == expected, (name, change, attempt)
    assert ResumeFolder(kept, "another").find(3) is None


def test_a_segment_goes_on_only_from_a_whole_checkpoint_of_its_own(
    train, tmp_path, fault_seed, how_many
):
    generator = random.Random(fault_seed)
    train(range(3))
    previous = tmp_path / "seed_3" / "epoch_002.safetensors"
    content = previous.read_bytes()
    number = how_many(100, 1000)
    rewrite(previous, content)
    assert refuse(previous, lambda path: train([3], path), content, generator, number) > number
    train(range(3), seed=4)
    for other in ("seed_4/epoch_002", "seed_3/epoch_001"):
        shutil.copyfile(tmp_path / f"{other}.safetensors", previous)
        with pytest.raises(SomError, match=f"{previous} (comes from other|is damaged .*epoch 1)"):
            train([3], previous)
    assert not (tmp_path / "seed_3" / "epoch_003.safetensors").exists()
    previous.write_bytes(content)
    assert train([3], previous)


def harm(project, name, what, generator):
    """Damage an artifact in one of several ways; say what was done."""
    path = project.folder / "results" / name
    content = path.read_bytes()
    others = [n for n in artifacts(project) if n.endswith(path.suffix) and n != name]
    if what == "another" and not others:
        what = "cut"
    if what == "another":
        rewrite(path, (project.folder / "results" / generator.choice(others)).read_bytes())
        if path.read_bytes() == content:  # Another name of the same file.
            rewrite(path, b"")
    elif what == "folder":
        rewrite(path, None)
    else:
        rewrite(path, {"cut": truncate, "flip": flip_a_bit}[what](content, generator))
    return path


def test_through_snakemake_no_damage_is_used_and_nothing_else_is_lost(
    finished, copy_of_finished, fault_seed, how_many
):
    """Damaged files that are newer, and some that kept their time; then deleted and made again."""
    project, generator = copy_of_finished, random.Random(fault_seed)
    before = {name: path.read_bytes() for name, path in artifacts(project).items()}
    # Nobody reads these but who makes them anew; what is kept to resume has tests of its own.
    unread = ("manifest.json", "raw/", ".resume/")
    names = [name for name in before if not any(part in name for part in unread)]
    chosen = generator.sample(names, how_many(4, len(names)))
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
        if attempt % how_many(4, 5) == 0:
            project.snakemake("quickstart")
            after = {n: p.read_bytes() for n, p in artifacts(project).items()}
            differ = {n for n in before if after.get(n) != before[n]}
            assert differ <= {"quickstart/seed_0/manifest.json"}, done
            before = after
        else:
            shutil.copy2(source, path)
    assert len(chosen) == how_many(4, len(names)) > 3


def test_a_damaged_original_is_named_and_fetched_again(copy_of_finished, fault_seed):
    project = copy_of_finished
    name = "raw/mnist_5000/mnist_5k.csv.gz"
    before = {n: path.read_bytes() for n, path in artifacts(project).items()}
    path = harm(project, name, "flip", random.Random(fault_seed))
    target = "results/datasets/mnist_5000/train.parquet"
    output = project.snakemake(target, fails=True)
    assert f"results/{name} is damaged (its md5 sum is not the original's)" in output
    path.unlink()
    # A target itself: Snakemake remakes no intermediate that targets do not need.
    project.snakemake(f"results/{name}", target)
    assert {n: found.read_bytes() for n, found in artifacts(project).items()} == before


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
    # Nobody listens there: the originals' addresses are not asked.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    project.configure(lambda config: config["experiments"]["quickstart"].update(dataset="kmnist"))
    output = project.snakemake(
        "results/datasets/kmnist/train.parquet", "--config", "mirror=/nowhere", fails=True
    )
    assert "/nowhere" in output
    assert "--config mirror=" in output
