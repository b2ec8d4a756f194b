"""Damaged or impossible input ends in one sentence, and nothing is computed from it."""

import random

import pytest

from tests.project import PURITY


def truncate(path, generator):
    content = path.read_bytes()
    rewrite(path, content[: generator.randrange(1, len(content))])


def flip_a_bit(path, generator):
    content = bytearray(path.read_bytes())
    content[generator.randrange(len(content) // 4, len(content))] ^= 1 << generator.randrange(8)
    rewrite(path, bytes(content))


def rewrite(path, content):
    """Replace a file, not the bytes behind its other hard links."""
    path.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("raw/mnist_5000/mnist_5k.csv.gz", flip_a_bit),
        ("datasets/mnist_5000/train.parquet", truncate),
        ("datasets/mnist_5000/test.parquet", flip_a_bit),
        ("quickstart/seed_0/checkpoints/epoch_003.safetensors", truncate),
        ("quickstart/seed_0/checkpoints/epoch_006.safetensors", flip_a_bit),
        ("quickstart/seed_0/activations/epoch_006.parquet", truncate),
        ("quickstart/seed_0/training_activations/epoch_006.parquet", flip_a_bit),
    ],
)
def test_a_damaged_artifact_is_named_and_nothing_is_lost(copy_of_finished, name, damage):
    project = copy_of_finished
    results = project.folder / "results"
    files = {path for path in results.rglob("*") if path.is_file()}
    checkpoints = project.checkpoints()
    damage(results / name, random.Random(1))
    output = project.snakemake(PURITY, fails=True)
    assert f"results/{name} is damaged" in output
    assert "delete it and run the same command again" in output
    assert {path for path in results.rglob("*") if path.is_file()} >= files
    (results / name).unlink()
    # The file is a target itself: Snakemake remakes no intermediate that targets do not need.
    project.snakemake(f"results/{name}", PURITY)
    assert project.checkpoints() == checkpoints
    assert project.planned(f"results/{name}", PURITY) == set()


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


def test_no_mirror_and_no_network_is_one_sentence(project):
    project.configure(lambda config: config["experiments"]["quickstart"].update(dataset="kmnist"))
    output = project.snakemake(
        "results/datasets/kmnist/train.parquet", "--config", "mirror=/nowhere", fails=True
    )
    assert "/nowhere" in output
    assert "--config mirror=" in output
