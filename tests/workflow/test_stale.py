"""No result is stale: cases in which Snakemake alone would use an old file for a new one."""

import shutil
import time

import pytest

from tests.project import PURITY, Project, metadata_of

TRAINING = {"train_som_quickstart_000_003", "train_som_quickstart_004_006"}
DOWNSTREAM = {
    *("map_activations_quickstart_000_003", "measure_purity_quickstart_004_006"),
    *("compute_u_matrix", "collect_history", "plot_combined_map", "build_explorer"),
    *("plot_evolution", "write_manifest"),
}


def only_results_of(finished, folder, copy):
    """A fresh clone into which only `results/` was copied."""
    project = Project(folder)
    shutil.copytree(finished.folder / "results", folder / "results", copy_function=copy)
    assert not (folder / ".snakemake").exists()
    return project


@pytest.fixture
def clone(finished, tmp_path):
    return only_results_of(finished, tmp_path / "project", shutil.copy2)


def test_a_clone_with_copied_results_has_nothing_to_do(clone):
    assert "Nothing to be done" in clone.snakemake("quickstart")


@pytest.mark.parametrize("change", [{"radius": 3.0}, {"decay": 0.6}, {"shape": [7, 6]}])
def test_a_clone_with_copied_results_and_another_setting_retrains(clone, change):
    clone.change(**change)
    assert clone.planned("quickstart") >= TRAINING | DOWNSTREAM


def test_a_clone_with_copied_results_and_other_code_remakes_what_it_made(clone):
    with (clone.folder / "workflow/som/statistics/purity.py").open("a") as file:
        file.write("\nA_NEW_CONSTANT = 1\n")
    planned = clone.planned("quickstart")
    assert "measure_purity_quickstart_000_003" in planned
    assert not TRAINING & planned


def test_results_without_records_are_judged_by_what_they_say_of_themselves(clone):
    """Without a record, Snakemake takes a file for current; `verify` and fingerprints do not."""
    shutil.rmtree(clone.folder / "results" / ".records")
    assert "Nothing to be done" in clone.snakemake("quickstart")
    clone.snakemake("verify")
    clone.change(radius=3.0)
    assert "differs from the manifest" in clone.snakemake("verify", fails=True)
    # A job refuses to read an epoch of other settings.
    (clone.folder / PURITY).unlink()
    output = clone.snakemake(PURITY, fails=True)
    assert "it comes from other data, settings or code than this run" in output
    shutil.rmtree(clone.run)
    clone.snakemake(PURITY)
    assert metadata_of(clone.run / "checkpoints/epoch_001.safetensors")["radius"] == "3.0"


def test_results_copied_with_other_times_come_to_the_same(finished, tmp_path):
    project = only_results_of(finished, tmp_path / "project", shutil.copy)
    project.snakemake(PURITY, "results/quickstart/seed_0/checkpoints/epoch_000.safetensors")
    assert project.artifacts() == finished.artifacts()
    assert project.planned(PURITY) == set()


def test_swapped_values_are_a_change(copy_of_finished):
    """Snakemake compares parameters as a set, without their names."""
    project = copy_of_finished
    project.change(learning_rate=0.7, decay=0.5)  # They were 0.5 and 0.7.
    assert project.planned("quickstart") >= TRAINING | DOWNSTREAM


def test_records_in_a_database_are_refused(copy_of_finished):
    """Without the records that are there, nothing would notice the change."""
    copy_of_finished.change(radius=3.0)
    output = copy_of_finished.snakemake("quickstart", "--persistence-backend", "db", fails=True)
    assert "Error: --persistence-backend: this workflow keeps" in output


def test_an_edited_module_and_a_kill_leave_work_to_do(copy_of_finished):
    project = copy_of_finished
    with (project.folder / "workflow/som/model/schedule.py").open("a") as file:
        file.write("\nA_NEW_CONSTANT = 1\n")
    process = project.start("quickstart")
    while not project.kill_trainers():
        assert process.poll() is None
        time.sleep(0.005)
    process.wait(timeout=60)
    assert project.planned("quickstart") >= TRAINING | DOWNSTREAM


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("quickstart/seed_0/activations/epoch_002.parquet", {"map_activations_quickstart_000_003"}),
        ("quickstart/seed_0/purity/epoch_005.json", {"measure_purity_quickstart_004_006"}),
        ("quickstart/seed_0/u_matrix/epoch_006.parquet", {"compute_u_matrix", "plot_u_matrix"}),
        ("quickstart/seed_0/history.parquet", {"collect_history", "plot_training_curves"}),
        ("quickstart/seed_0/manifest.json", {"write_manifest"}),
        ("datasets/mnist_5000/test.parquet", {"preprocess", "map_activations_quickstart_000_003"}),
    ],
)
def test_a_deleted_file_in_the_middle_is_made_again(copy_of_finished, name, rules):
    project = copy_of_finished
    (project.folder / "results" / name).unlink()
    planned = project.planned("quickstart")
    assert rules <= planned
    assert "download_mnist_5000" not in planned


def test_experiments_that_share_a_data_set_do_not_touch_each_other(copy_of_finished):
    project = copy_of_finished
    other = {"dataset": "mnist_5000", "shape": [3, 4], "radius": 2.0, "epochs": 2}
    project.configure(lambda config: config["experiments"].update(other=other))
    target = "results/other/seed_0/purity/epoch_002.json"
    before = project.artifacts()
    project.snakemake(target)
    assert project.planned("quickstart") == set()
    project.configure(lambda config: config["experiments"]["other"].update(radius=1.5))
    assert project.planned("quickstart") == set()
    assert "train_som_other_000_002" in project.planned(target)
    # After the data were made again, both experiments are up to date, and nothing is trained twice.
    (project.folder / "results/datasets/mnist_5000/train.parquet").unlink()
    output = project.snakemake(PURITY, target, "results/datasets/mnist_5000/train.parquet")
    assert "Epoch 6 was finished before: used again" in output
    assert not any(f"Epoch {epoch}:" in output for epoch in (3, 4, 5, 6))
    assert project.artifacts() == before
    assert project.planned(PURITY, target) == set()
