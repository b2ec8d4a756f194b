"""The manifest at the end of a run, and `snakemake verify`, which checks the run against it."""

import json

from workflow.som.files.atomic import digest


def rewrite(path, content):
    """Replace a file without changing its other hard links."""
    path.unlink()
    path.write_bytes(content)


def test_every_file_of_a_run_is_listed(finished):
    manifest = json.loads((finished.run / "manifest.json").read_text())
    kept = [path for path in finished.run.rglob("*") if path.is_file()]
    own = {path.relative_to(finished.run).as_posix() for path in kept}
    own = {name for name in own if not name.startswith(".resume/")} - {"manifest.json"}
    assert set(manifest["artifacts"]) == own
    for name, entry in manifest["artifacts"].items():
        assert digest(finished.run / name, "sha256") == entry["sha256"]
    assert {"train_som_000_003", "plot_u_matrix"} <= set(manifest["durations"])
    assert manifest["device"] == "cpu"


def test_an_untouched_run_is_verified(finished):
    output = finished.snakemake("verify")
    assert "results/quickstart/seed_0 is as its manifest lists it" in output
    assert "Nothing to be done" in finished.snakemake("quickstart")


def test_all_that_differs_is_named_and_remade(copy_of_finished):
    project = copy_of_finished
    checkpoint = project.run / "checkpoints/epoch_003.safetensors"
    figure = project.run / "figures/u_matrix.png"
    for path in (checkpoint, figure):
        content = bytearray(path.read_bytes())
        content[-5] ^= 1
        rewrite(path, bytes(content))
    (project.run / "history.parquet").unlink()
    output = project.snakemake("verify", fails=True)
    for name in (
        "checkpoints/epoch_003.safetensors has",
        "figures/u_matrix.png has",
        "history.parquet is missing",
    ):
        assert f"results/quickstart/seed_0/{name}" in output
    assert "3 things differ" in output
    assert "Traceback" not in output
    checkpoint.unlink()
    figure.unlink()
    project.snakemake("quickstart")
    assert "is as its manifest lists it" in project.snakemake("verify")


def test_a_setting_changed_since_is_named(copy_of_finished):
    copy_of_finished.change(radius=3.0)
    output = copy_of_finished.snakemake("verify", fails=True)
    assert "results/quickstart/seed_0: settings: radius was 4.0 and is 3.0" in output


def test_without_a_manifest_it_says_what_to_do(project):
    output = project.snakemake("verify", fails=True)
    assert "There is no manifest below results: make a run first" in output
