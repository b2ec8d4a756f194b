"""Checkpoints: other programs can read them, bytes are reproducible, and damage is refused."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from tests.project import ROOT
from workflow.som.files.checkpoints import checksum, load_checkpoint, save_checkpoint
from workflow.som.files.errors import DamagedFileError, SomError

METADATA = {"experiment": 'dü"ne', "epoch": "3", "quoted": '{"topology": "square"}', "radius": ""}


def example(n_units=6, n_features=5):
    return np.random.default_rng(0).random((n_units, n_features), dtype=np.float32)


@pytest.mark.parametrize("shape", [(6, 5), (1, 1), (1, 784), (7, 3)])
def test_what_is_saved_is_loaded(tmp_path, shape):
    save_checkpoint(tmp_path / "a.safetensors", example(*shape), METADATA)
    codebook, metadata = load_checkpoint(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(codebook, example(*shape), strict=True)
    assert metadata.items() >= METADATA.items()
    assert metadata.keys() - METADATA.keys() == {"checksum", "kind"}


def test_a_codebook_carries_the_kind_that_it_was_saved_as(tmp_path):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, example(), METADATA)
    codebook, metadata = load_checkpoint(path)
    assert metadata["kind"] == "checkpoint"
    save_checkpoint(path, codebook, metadata, kind="prototypes")
    assert load_checkpoint(path).metadata["kind"] == "prototypes"


def test_safetensors_opens_the_file_as_it_is(tmp_path):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, example(), METADATA)
    np.testing.assert_array_equal(load_file(path)["codebook"], example(), strict=True)
    with safe_open(path, framework="pt") as file:
        assert file.metadata().items() >= METADATA.items()
        np.testing.assert_array_equal(file.get_tensor("codebook").numpy(), example())


def test_values_are_kept_to_the_bit(tmp_path):
    odd = np.array([[0.0, -0.0, 1e-45, -1e-38, 0.1, 3.4e38]], np.float32)
    save_checkpoint(tmp_path / "a", odd, {})
    assert load_checkpoint(tmp_path / "a").codebook.tobytes() == odd.tobytes()


def test_a_transposed_view_is_saved_as_what_it_shows(tmp_path):
    view = example().T
    save_checkpoint(tmp_path / "a", view, {})
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "a").codebook, view)


def test_the_tensor_is_aligned_to_its_values(tmp_path):
    for length in range(9):
        save_checkpoint(tmp_path / "a", example(), {"pad": "x" * length})
        content = (tmp_path / "a").read_bytes()
        assert int.from_bytes(content[:8], "little") % 8 == 0
        assert content.endswith(example().tobytes())


def test_equal_checkpoints_are_equal_byte_for_byte_in_any_process(tmp_path):
    code = (
        "import json, sys, numpy as np\n"
        "from workflow.som.files.checkpoints import save_checkpoint\n"
        "codebook = np.random.default_rng(0).random((6, 5), dtype=np.float32)\n"
        "pairs = json.loads(sys.argv[2]).items()\n"
        "save_checkpoint(sys.argv[1], codebook, dict(reversed(pairs)))"
    )
    save_checkpoint(tmp_path / "here", example(), METADATA)
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / seed), json.dumps(METADATA)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        assert (tmp_path / seed).read_bytes() == (tmp_path / "here").read_bytes()


@pytest.mark.parametrize("seed", range(3))
def test_after_any_damage_a_checkpoint_is_refused_or_loads_the_same(tmp_path, damages, seed):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, example(), METADATA)
    expected, refused = load_checkpoint(path), 0
    for harm, content in damages(path.read_bytes(), flips=400, seed=seed):
        path.write_bytes(content)
        try:
            found = load_checkpoint(path)
        except DamagedFileError as error:
            assert str(error).startswith(f"{path} is damaged (")
            assert "\n" not in str(error)
            refused += 1
        except Exception as error:
            raise AssertionError(f"{harm}: not refused in a sentence") from error
        else:
            assert found.metadata == expected.metadata, harm
            np.testing.assert_array_equal(found.codebook, expected.codebook, harm, strict=True)
    assert refused > 350


def test_bytes_appended_are_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, example(), METADATA)
    path.write_bytes(path.read_bytes() + b"\0" * 4)
    with pytest.raises(DamagedFileError):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("tensors", "metadata"),
    [
        ({"codebook": example()}, None),
        ({"codebook": example()}, {"epoch": "1"}),
        ({"weights": example()}, {"checksum": checksum(example(), {})}),
        ({"codebook": example() + 1}, {"checksum": checksum(example(), {})}),
        ({"codebook": example().reshape(5, 6)}, {"checksum": checksum(example(), {})}),
    ],
    ids=["no metadata", "no checksum", "no codebook", "other values", "another shape"],
)
def test_a_safetensors_file_that_is_no_checkpoint_is_refused(tmp_path, tensors, metadata):
    save_file(tensors, tmp_path / "a.safetensors", metadata)
    with pytest.raises(DamagedFileError, match="a.safetensors is damaged"):
        load_checkpoint(tmp_path / "a.safetensors")


def test_the_checksum_does_not_depend_on_the_metadatas_order():
    assert checksum(example(), METADATA) == checksum(
        example(), dict(reversed(METADATA.items())) | {"checksum": "ignored"}
    )


def test_a_missing_file_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / "a.safetensors")


def test_a_checkpoint_beyond_the_disk_leaves_the_older_one(tmp_path, largest_file):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, example(), METADATA)
    before = path.read_bytes()
    with largest_file(1000), pytest.raises(SomError, match="a.safetensors could not be written"):
        save_checkpoint(path, example(100, 100), METADATA)
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]
