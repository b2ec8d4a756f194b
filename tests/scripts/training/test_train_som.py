"""The training script writes each epoch to the file that the rule declares."""

import pytest
from safetensors.numpy import load_file

from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.errors import DamagedFileError
from workflow.som.files.tables import read_table


def contents(run, epochs):
    return [path.read_bytes() for path in run.paths("checkpoints", "safetensors", epochs)]


def test_every_epoch_has_a_checkpoint_and_a_table(new_run):
    run = new_run()
    run.train(range(3))
    for epoch in range(3):
        (path,) = run.paths("checkpoints", "safetensors", [epoch])
        assert load_file(path)["codebook"].shape == (12, 16)
        assert load_checkpoint(path).metadata["epoch"] == str(epoch)
        (table,) = run.paths("training_activations", epochs=[epoch])
        frame, metadata = read_table(table)
        assert frame["sample"].tolist() == run.train_images.sample.tolist()
        assert metadata["epoch"] == str(epoch)
    assert len({path.read_bytes() for path in run.paths("checkpoints", "safetensors")}) == 3


def test_jobs_of_a_segment_each_give_the_bits_of_one_job(new_run):
    whole, parts = new_run("whole"), new_run("parts")
    whole.train(range(5))
    parts.train(range(3))
    parts.train(range(3, 5))
    assert contents(whole, range(5)) == contents(parts, range(5))


def test_started_again_after_its_outputs_were_deleted_it_gives_the_same_bits(new_run):
    run = new_run()
    run.train(range(3))
    before = contents(run, range(3))
    for path in run.paths("checkpoints", "safetensors"):
        path.unlink()
    run.train(range(3))
    assert contents(run, range(3)) == before


def test_damaged_images_are_refused_before_anything_is_written(new_run):
    run = new_run()
    path = run.folder / "train.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedFileError, match="train.parquet is damaged"):
        run.train()
    assert not (run.folder / "checkpoints").exists()
