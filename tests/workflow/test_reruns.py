"""After a change, exactly the results that depend on it are made again."""

import os
import time

import pandas as pd
import pytest

from tests.project import PURITY, metadata_of


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_touch_or_a_comment_reruns_nothing(copy_of_finished):
    project = copy_of_finished
    for path in (project.folder / "workflow").rglob("*.py"):
        path.write_text(path.read_text() + "\n# A comment.\n")
        os.utime(path)
    assert "Nothing to be done" in project.snakemake("quickstart")


def test_an_edited_figure_redraws_that_figure_alone(copy_of_finished):
    project = copy_of_finished
    with (project.folder / "workflow/som/figures/draw_u_matrix.py").open("a") as file:
        file.write("\nA_NEW_CONSTANT = 1\n")
    assert project.planned("quickstart") == {"plot_u_matrix", "write_manifest", "quickstart"}
    project.snakemake("quickstart")
    assert project.planned("quickstart") == set()


def test_a_changed_style_redraws_that_figure_alone(copy_of_finished):
    project = copy_of_finished
    project.configure(lambda config: config["figures"]["u_matrix"].update(dpi=77))
    assert project.planned("quickstart") == {"plot_u_matrix", "write_manifest", "quickstart"}


def test_an_edited_training_module_retrains(copy_of_finished):
    project = copy_of_finished
    with (project.folder / "workflow/som/model/schedule.py").open("a") as file:
        file.write("\nA_NEW_CONSTANT = 1\n")
    planned = project.planned("quickstart")
    assert {"train_som_quickstart_000_003", "train_som_quickstart_004_006"} <= planned
    before = metadata_of(project.run / "checkpoints/epoch_006.safetensors")["fingerprint"]
    project.snakemake(PURITY)
    after = metadata_of(project.run / "checkpoints/epoch_006.safetensors")["fingerprint"]
    assert before != after


@pytest.mark.parametrize(
    "change",
    [{"radius": 3.0}, {"shape": [7, 6]}, {"learning_rate": 0.4}, {"precision": "float64"}],
)
def test_a_changed_setting_retrains_everything(copy_of_finished, change):
    copy_of_finished.change(**change)
    planned = copy_of_finished.planned("quickstart")
    assert {"train_som_quickstart_000_003", "train_som_quickstart_004_006"} <= planned
    assert {"collect_history", "plot_combined_map", "build_explorer"} <= planned
    assert "preprocess" not in planned


@pytest.mark.parametrize("change", [{"device": "auto"}, {}])
def test_what_never_changes_a_result_reruns_nothing(copy_of_finished, change):
    copy_of_finished.change(**change)
    copy_of_finished.configure(lambda config: config.update(mirror="/nowhere"))
    assert copy_of_finished.planned("quickstart") == set()


def test_another_seed_trains_another_run_and_leaves_the_first(copy_of_finished):
    project = copy_of_finished
    before = project.checkpoints()
    project.change(seeds=[0, 5], epochs=6)
    project.snakemake("results/quickstart/seed_5/purity/epoch_006.json")
    other = project.folder / "results/quickstart/seed_5/checkpoints/epoch_000.safetensors"
    assert other.read_bytes() != before["epoch_000.safetensors"]
    assert project.checkpoints() == before


def test_raised_epochs_train_only_the_new_ones(copy_of_finished):
    project = copy_of_finished
    before = project.checkpoints()
    project.change(epochs=8)
    target = PURITY.replace("006", "008")
    output = project.snakemake(target, "results/quickstart/seed_0/history.parquet")
    assert "Epoch 7:" in output
    assert "Epoch 8:" in output
    assert not any(f"Epoch {epoch}:" in output for epoch in range(7))
    after = project.checkpoints()
    assert {name: after[name] for name in before} == before
    assert len(after) == 9
    history = pd.read_parquet(project.run / "history.parquet")
    assert history["epoch"].tolist() == list(range(1, 9))
    assert project.planned(target) == set()


def test_epochs_raised_within_a_job_use_its_finished_ones_again(copy_of_finished):
    project = copy_of_finished
    project.change(epochs=5)
    assert not any("train_som" in rule for rule in project.planned("quickstart"))
    project.snakemake(PURITY.replace("006", "005"))
    kept = project.checkpoints()
    project.change(epochs=6)
    output = project.snakemake(PURITY)
    assert not any(f"Epoch {epoch}:" in output for epoch in range(7))
    assert project.checkpoints() == kept
    assert project.planned(PURITY) == set()


def test_lowered_epochs_end_at_the_lower_epoch(copy_of_finished):
    project = copy_of_finished
    project.change(epochs=4)
    output = project.snakemake("quickstart")
    assert "Epoch" not in output
    assert project.planned("quickstart") == set()


def test_a_change_then_a_kill_leaves_work_to_do(copy_of_finished):
    """Snakemake records new parameters before the job, even if the job then dies."""
    project = copy_of_finished
    project.change(radius=3.0)
    process = project.start("quickstart")
    while not project.kill_trainers():
        assert process.poll() is None
        time.sleep(0.005)
    process.wait(timeout=60)
    assert process.returncode != 0
    planned = project.planned("quickstart")
    assert {"train_som_quickstart_000_003", "plot_combined_map", "quickstart"} <= planned
    project.snakemake(PURITY)
    radii = metadata_of(project.run / "checkpoints/epoch_001.safetensors")["radius"]
    assert radii == "3.0"


def test_a_deleted_artifact_in_the_middle_is_made_again(copy_of_finished):
    project = copy_of_finished
    before = project.checkpoints()
    (project.run / "checkpoints/epoch_002.safetensors").unlink()
    assert "train_som_quickstart_000_003" in project.planned("quickstart")
    output = project.snakemake("results/quickstart/seed_0/checkpoints/epoch_002.safetensors")
    assert "Epoch 2:" not in output  # It is in the resume folder, so it is not trained again.
    assert project.checkpoints() == before


def test_an_experiment_is_added_by_configuration_alone(project):
    project.configure(
        lambda config: config["experiments"].update(
            mine={"dataset": "mnist_5000", "shape": [3, 4], "radius": 2.0, "epochs": 2}
        )
    )
    project.snakemake("results/mine/seed_0/figures/activation_maps.png")
    assert (project.folder / "results/mine/seed_0/figures/activation_maps.png").is_file()
