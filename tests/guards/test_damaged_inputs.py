"""Before any job, all its inputs are verified: each must be whole and belong at its path."""

import ast
import gzip
import hashlib
import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.project import ROOT
from workflow.guards.damaged_inputs import SUFFIXES, find_damaged_input, implied_by
from workflow.som.data import downloads
from workflow.som.data.datasets import write_images
from workflow.som.data.downloads import Source
from workflow.som.files.atomic import digest
from workflow.som.files.checkpoints import fingerprint, load_checkpoint, save_checkpoint
from workflow.som.files.jobs import set_recipe
from workflow.som.files.summaries import write_summary
from workflow.som.files.tables import read_arrow, read_table, write_arrow, write_table

RAW = Path("results/raw/mnist/train-images-idx3-ubyte.gz")
TRAIN = Path("results/datasets/mnist/train.parquet")
RUN = Path("results/tiny/seed_0")
CHECKPOINT = RUN / "checkpoints" / "epoch_001.safetensors"
TABLES = [
    RUN / folder / "epoch_001.parquet"
    for folder in ("training_activations", "activations", "purity", "u_matrix")
]
HISTORY = RUN / "history.parquet"
SUMMARY = RUN / "purity" / "epoch_001.json"
CITIES = Path("results/tsp/random5/cities.parquet")
TOUR = Path("results/tsp/random5/seed_0/tour.parquet")
CENTRES = Path("results/worth/codebooks/k_means.safetensors")
COMPARISON = Path("results/topologies/kernels.parquet")
SCORES = Path("results/classifier/features/map_rbf_scores.parquet")
PEERS = Path("results/benchmark/peers.parquet")
TABLES_OF_MANY = [CITIES, TOUR, COMPARISON, SCORES, PEERS]
MADE = [RAW, TRAIN, CHECKPOINT, *TABLES, HISTORY, SUMMARY, CENTRES, *TABLES_OF_MANY]
SETTINGS = {"tiny": {"dataset": "mnist", "radius": 3.0}}
FRAME = pd.DataFrame({"unit": [1, 2, 3]})


def of_epoch(number, **changes):
    data = read_arrow(TRAIN)[1]["checksum"]
    whose = {"experiment": "tiny", "seed": "0", "epoch": str(number)}
    return whose | {"fingerprint": fingerprint(SETTINGS["tiny"] | {"seed": 0}, data)} | changes


def summary_of_epoch(number, **changes):
    return of_epoch(number, **changes) | {"seed": 0, "epoch": number}


def of_tour(**changes):
    cities = read_arrow(CITIES)[1]["checksum"]
    return {"instance": "random5", "seed": "0", "cities": cities} | changes


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A file of each kind, whole and at its own path."""
    monkeypatch.chdir(tmp_path)
    RAW.parent.mkdir(parents=True)
    RAW.write_bytes(gzip.compress(b"images"))
    listed = [Source(RAW.name, digest(RAW, "md5"), ())]
    monkeypatch.setattr(downloads, "sources", lambda dataset: listed)
    pixels, labels = np.zeros((2, 2, 2), np.uint8), np.zeros(2, np.uint8)
    metadata = {"dataset": "mnist", "split": "train"}
    write_images(TRAIN, np.arange(2, dtype=np.int32), pixels, labels, metadata)
    codebook = np.ones((2, 3), np.float32)
    save_checkpoint(CHECKPOINT, codebook, of_epoch(1))
    for path in TABLES:
        write_table(path, FRAME, of_epoch(1), kind=path.parent.name)
    write_table(HISTORY, FRAME, of_epoch(1), kind="history")
    write_summary(SUMMARY, summary_of_epoch(1), kind="purity")
    write_table(CITIES, FRAME, {"instance": "random5"}, kind="cities")
    write_table(TOUR, FRAME, of_tour(), kind="tour")
    save_checkpoint(CENTRES, codebook, {"codebook": "k_means"}, kind="prototypes")
    write_table(COMPARISON, FRAME, {"comparison": "kernels"}, kind="comparison")
    write_table(SCORES, FRAME, {"features": "map_rbf"}, kind="feature_scores")
    write_table(PEERS, FRAME, {}, kind="peers")


def job(read=(), made=(), log=(), **given):
    """Return a job as Snakemake plans it."""
    return SimpleNamespace(
        input=list(map(str, read)),
        output=list(map(str, made)),
        log=list(map(str, log)),
        benchmark=None,
        params=SimpleNamespace(given=given),
    )


def plan(*paths, made=()):
    """Return a plan of two jobs: one reads `paths`, the other makes the files `made`."""
    jobs = [job(paths), job(made=made)]
    return SimpleNamespace(jobs=jobs, needrun_jobs=lambda: iter(jobs))


def harm(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_what_is_whole_and_in_its_place_is_in_order(results):
    assert find_damaged_input(plan(*MADE), SETTINGS) is None


def test_without_results_nothing_is_wrong(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_damaged_input(plan(*MADE), SETTINGS) is None


@pytest.mark.parametrize("path", MADE, ids=str)
def test_damage_in_what_is_read_is_named_in_one_sentence(results, path):
    harm(path)
    found = find_damaged_input(plan(*MADE), SETTINGS)
    assert found.startswith(f"{path} is damaged (")
    assert "run the same command again" in found
    assert "\n" not in found


@pytest.mark.parametrize("path", MADE, ids=str)
def test_damage_in_what_is_made_anew_or_not_read_does_not_matter(results, path):
    harm(path)
    assert find_damaged_input(plan(*MADE, made=[path]), SETTINGS) is None
    # Runs are compared with their training images, and tours with their cities.
    compared = {TRAIN: RUN, CITIES: TOUR.parent}.get(path)
    read = [other for other in MADE if other != path and compared not in other.parents]
    assert find_damaged_input(plan(*read), SETTINGS) is None


@pytest.mark.parametrize("path", MADE, ids=str)
def test_a_folder_and_nothing_in_place_of_a_file_are_named(results, path):
    path.write_bytes(b"")
    assert find_damaged_input(plan(path), SETTINGS).startswith(f"{path} is damaged (")
    path.unlink()
    path.mkdir()
    assert find_damaged_input(plan(path), SETTINGS).startswith(f"{path} is damaged (it is a folder")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"epoch": "2"}, "its epoch is 2, not 1"),
        ({"seed": "1"}, "its seed is 1, not 0"),
        ({"experiment": "other"}, "its experiment is other, not tiny"),
        ({"fingerprint": "0" * 64}, "it comes from other data, settings or code than this run"),
    ],
)
@pytest.mark.parametrize("path", [CHECKPOINT, *TABLES, SUMMARY], ids=str)
def test_a_file_of_another_run_or_epoch_is_named(results, path, change, named):
    if path == CHECKPOINT:
        save_checkpoint(path, load_checkpoint(path).codebook, of_epoch(1, **change))
    elif path == SUMMARY:
        write_summary(path, of_epoch(1, **change), kind="purity")
    else:
        write_table(path, FRAME, of_epoch(1, **change), kind=path.parent.name)
    assert f"{path} is damaged ({named})" in find_damaged_input(plan(path), SETTINGS)


def test_a_fingerprint_is_not_asked_for_where_the_data_are_made_anew(results):
    save_checkpoint(CHECKPOINT, np.ones((2, 3), np.float32), of_epoch(1, fingerprint="0"))
    assert find_damaged_input(plan(CHECKPOINT, made=[TRAIN]), SETTINGS) is None


def test_tours_of_other_cities_are_named(results):
    write_table(CITIES, FRAME.assign(x=1.0), {"instance": "random5"}, kind="cities")
    found = find_damaged_input(plan(TOUR), SETTINGS)
    assert f"{TOUR} is damaged (its tours visit other cities than this instance's)" in found
    assert find_damaged_input(plan(TOUR, made=[CITIES]), SETTINGS) is None


@pytest.mark.parametrize("path", [*TABLES[1:], SUMMARY, HISTORY, CITIES, TOUR, PEERS], ids=str)
def test_a_file_that_was_made_with_other_settings_is_named(results, path):
    maker, reader = job(made=[path], permutations=20, code="a"), job([path])
    dag = SimpleNamespace(jobs=[maker, reader], needrun_jobs=lambda: iter([reader]))
    found = find_damaged_input(dag, SETTINGS)
    assert found.startswith(f"{path} is damaged (it was made with other settings than this run's)")
    for settings, is_named in (
        ({"permutations": 10}, True),
        ({"permutations": 20}, False),
        ({"permutations": 20, "code": "b"}, False),  # Snakemake judges by the code itself.
    ):
        set_recipe(settings)
        if path == SUMMARY:
            write_summary(path, summary_of_epoch(1), kind="purity")
        else:
            write_table(path, *read_table(path), kind=implied_by(path)["kind"])
        assert bool(find_damaged_input(dag, SETTINGS)) == is_named
    set_recipe(None)


@pytest.mark.parametrize("what", ["log", "benchmark"])
def test_what_is_appended_to_is_no_link(results, tmp_path, what):
    link, elsewhere = Path("results/map.log"), tmp_path / "elsewhere"
    writer = job(log=[link]) if what == "log" else job()
    writer.benchmark = link if what == "benchmark" else None
    dag = SimpleNamespace(jobs=[writer], needrun_jobs=lambda: iter([writer]))
    assert find_damaged_input(dag, SETTINGS) is None
    link.symlink_to(elsewhere)
    assert find_damaged_input(dag, SETTINGS).startswith(f"{link} is a link")
    link.unlink()
    os.mkfifo(link)
    assert find_damaged_input(dag, SETTINGS).startswith(f"{link} is a link")


def test_tables_that_lie_in_each_others_places_are_named(results):
    write_table(CITIES, FRAME, {"instance": "random6"}, kind="cities")
    write_table(TOUR, FRAME, of_tour(seed="3"), kind="tour")
    write_summary(SUMMARY, summary_of_epoch(2), kind="purity")
    save_checkpoint(CENTRES, *load_checkpoint(CHECKPOINT), kind="prototypes")
    write_table(COMPARISON, FRAME, {"comparison": "starts"}, kind="comparison")
    write_table(SCORES, FRAME, {"features": "pixels"}, kind="feature_scores")
    test = TRAIN.with_name("test.parquet")
    TRAIN.rename(test)
    for path, named in (
        (CITIES, "its instance is random6, not random5"),
        (TOUR, "its seed is 3, not 0"),
        (SUMMARY, "its epoch is 2, not 1"),
        (CENTRES, "its codebook is nothing, not k_means"),
        (COMPARISON, "its comparison is starts, not kernels"),
        (SCORES, "its features is pixels, not map_rbf"),
        (test, "its split is train, not test"),
    ):
        assert f"{path} is damaged ({named})" in find_damaged_input(plan(path), SETTINGS)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"bmu": [0, 1, 6]}, "its column bmu goes from 0 to 6, beyond 0 to 5"),
        ({"bmu": [-1, 1, 5]}, "its column bmu goes from -1 to 5"),
        ({"label": [0, 1, 10]}, "its column label goes from 0 to 10"),
        ({"bmu": [0.0, 1.0, 2.0]}, "it has no whole numbers bmu"),
        ({}, None),
    ],
)
def test_activations_beyond_the_lattice_or_the_digits_are_named(results, changes, named):
    path = RUN / "activations" / "epoch_001.parquet"
    frame = pd.DataFrame({"bmu": [0, 1, 5], "label": [0, 1, 9]} | changes)
    metadata = of_epoch(1, lattice='{"topology": "square", "shape": [2, 3]}')
    write_table(path, frame, metadata, kind="activations")
    found = find_damaged_input(plan(path), SETTINGS)
    assert found is None if named is None else f"{path} is damaged ({named}" in found


@pytest.mark.parametrize("path", TABLES, ids=str)
def test_a_table_of_another_kind_of_the_same_epoch_is_named(results, path):
    for other in [HISTORY, *TABLES]:
        if other == path:
            continue
        path.write_bytes(other.read_bytes())
        held = "history" if other == HISTORY else other.parent.name
        expected = f"{path} is damaged (its kind is {held}, not {path.parent.name})"
        assert find_damaged_input(plan(path), SETTINGS).startswith(expected)


@pytest.mark.parametrize("path", [path for path in MADE if path.suffix != ".gz"], ids=str)
def test_a_file_of_no_kind_or_of_another_is_named(results, path):
    kind = implied_by(path)["kind"]
    for found, named in (("", "its kind is , not "), ("other", "its kind is other, not ")):
        if path == SUMMARY:
            write_summary(path, summary_of_epoch(1), kind=found)
        elif path.suffix == ".safetensors":
            save_checkpoint(path, *load_checkpoint(path), kind=found)
        else:
            write_arrow(path, *read_arrow(path), kind=found)
        damage = find_damaged_input(plan(path), SETTINGS)
        assert damage.startswith(f"{path} is damaged ({named}{kind})")


def test_a_file_of_an_older_version_without_kind_is_named(results):
    summary = {"experiment": "tiny", "seed": 0, "epoch": 1}
    checksum = hashlib.sha256(json.dumps(summary, sort_keys=True).encode()).hexdigest()
    SUMMARY.write_text(json.dumps(summary | {"checksum": checksum}, indent=2) + "\n")
    found = find_damaged_input(plan(SUMMARY), SETTINGS)
    assert found.startswith(f"{SUMMARY} is damaged (an older version of the workflow made it")


@pytest.mark.parametrize("rule", ["write_manifest", "som_write_manifest"])
@pytest.mark.parametrize(
    ("made_at", "is_named"), [(1, True), (3, False), (None, False)], ids=["before", "since", "?"]
)
def test_a_manifest_takes_no_picture_that_changed_though_no_job_made_it_since(
    results, rule, made_at, is_named
):
    """The time of a job's log is when it made the picture. In a module, rules have a prefix."""
    picture, manifest, log = RUN / "figures" / "map.svg", RUN / "manifest.json", Path("map.log")
    picture.parent.mkdir()
    picture.write_text("<svg/>")
    artifacts = {"figures/map.svg": {"bytes": 6, "sha256": digest(picture, "sha256")}}
    write_summary(manifest, {"artifacts": artifacts}, kind="manifest")
    os.utime(manifest, (2, 2))
    if made_at:
        log.write_text("Drawn.")
        os.utime(log, (made_at, made_at))
    listing, drawing = job([picture], made=[manifest]), job(made=[picture], log=[log])
    listing.rule = SimpleNamespace(name=rule)
    dag = SimpleNamespace(jobs=[drawing, listing], needrun_jobs=lambda: iter([listing]))
    assert find_damaged_input(dag, SETTINGS) is None
    picture.write_text("<svg>")
    found = find_damaged_input(dag, SETTINGS)
    if is_named:
        assert found.startswith(f"{picture} is damaged (its SHA-256 is not what")
    else:
        assert found is None
    # A picture that the plan draws again may have any content.
    dag.needrun_jobs = lambda: iter([drawing, listing])
    assert find_damaged_input(dag, SETTINGS) is None


def test_files_of_others_are_not_the_guards_business(results, tmp_path):
    own = tmp_path / "own.parquet"
    FRAME.to_parquet(own)
    assert find_damaged_input(plan(own), SETTINGS) is None


def test_each_file_of_the_workflow_lies_where_its_kind_is_expected(project):
    """The kinds that follow from the paths of all rules' outputs are those that the code writes."""
    targets = ["quickstart", "topologies", "replicates", "trade_off", "worth"]
    targets += ["classifier", "tsp", "benchmark", "plain"]
    np.save(project.folder / "x.npy", np.ones((3, 2)))

    def change(config):
        config["datasets"]["plain_data"] = {"train": "x.npy", "test": None}
        config["experiments"]["plain"] = {"dataset": "plain_data", "shape": [2, 2], "epochs": 2}

    project.configure(change)
    targets += ["results/plain/seed_0/mapped/x.parquet", "--config", "new=x.npy"]
    table = project.snakemake("--summary", *targets)
    outputs = {Path(line.split("\t")[0]) for line in table.splitlines() if "\t" in line}
    expected = {implied_by(path)["kind"] for path in outputs if path.suffix in SUFFIXES}
    written = {"checkpoint"}
    for path in (ROOT / "workflow").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and re.match("write_|save_", ast.unparse(call.func)):
                kinds = [keyword.value for keyword in call.keywords if keyword.arg == "kind"]
                written |= {kind.value for kind in kinds if isinstance(kind, ast.Constant)}
    assert expected == written
