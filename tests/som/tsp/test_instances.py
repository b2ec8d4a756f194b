"""The instances that a configuration names; bad names are refused before any file is read."""

import os

import pytest

from workflow.som.config.refusals import shown
from workflow.som.files.errors import SomError
from workflow.som.tsp.instances import Instance, find_instances, read_optima


def refusal(place):
    with pytest.raises(SomError) as caught:
        find_instances(str(place), 1000)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message
    return message


def test_a_folder_gives_its_files_with_their_optima(tmp_path):
    for name in ("b.tsp", "a-1.tsp", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "optima.csv").write_text("instance,cities,optimum\nb,9,77\nother,5,1\n")
    found = find_instances(str(tmp_path), 1000)
    assert found == {
        "a-1": Instance("a-1", str(tmp_path / "a-1.tsp"), None),
        "b": Instance("b", str(tmp_path / "b.tsp"), 77),
    }
    assert found["b"].file == [str(tmp_path / "b.tsp")]


def test_a_file_alone_has_the_optimum_beside_it(tmp_path):
    (tmp_path / "a.tsp").touch()
    (tmp_path / "b.tsp").touch()
    (tmp_path / "optima.csv").write_text("instance,optimum\na,5\n")
    assert find_instances(str(tmp_path / "a.tsp"), 9)["a"].optimum == 5
    assert list(find_instances(str(tmp_path / "b.tsp"), 9)) == ["b"]


def test_an_address_is_named_by_its_last_part_and_is_no_file():
    place = "https://example.org/tsp/qa194.tsp?raw=1"
    found = find_instances(place, 9)
    assert found == {"qa194": Instance("qa194", place, None)}
    assert found["qa194"].file == []


def test_nothing_gives_random_cities():
    assert find_instances("", 70) == {"random70": Instance("random70", "", None)}


def test_what_is_not_there_is_refused(tmp_path):
    assert "neither a folder nor a file" in refusal(tmp_path / "nowhere")
    assert "no *.tsp file" in refusal(tmp_path)


@pytest.mark.parametrize(
    "name", ["a b.tsp", "figures.tsp", "a\u202eb.tsp", "×.tsp", "a{b}.tsp", "-a.tsp", "a.b.tsp"]
)
def test_a_name_that_cannot_be_a_folders_is_refused(tmp_path, name):
    (tmp_path / name).touch()
    assert shown(name) in refusal(tmp_path)


def test_names_are_in_any_script_and_composed(tmp_path):
    for name in ("東京.tsp", "Zu\u0308rich.tsp", "हिन्दी.tsp"):
        (tmp_path / name).touch()
    assert set(find_instances(str(tmp_path), 5)) == {"東京", "Z\u00fcrich", "हिन्दी"}
    (tmp_path / "Z\u00dcRICH.tsp").touch()
    assert "differ only by case" in refusal(tmp_path)


def test_a_path_that_snakemake_would_take_for_wildcards_is_refused(tmp_path):
    folder = tmp_path / "{seed}"
    folder.mkdir()
    (folder / "a.tsp").touch()
    assert "wildcard" in refusal(folder)


@pytest.mark.parametrize("place", ["https://example.org/", "https://example.org/a.zip"])
def test_an_address_that_names_no_instance_is_refused(place):
    assert place in refusal(place)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a,5\n", "name,optimum\na,5\n", "instance;optimum\na;5\n",
     "instance,optimum,optimum\na,5,6\n", "instance,optimum\na,five\n",
     "instance,optimum\na,0\n", "instance,optimum\na,-5\n", "instance,optimum\na,5.0\n",
     "instance,optimum\na,1_0\n", "instance,optimum\na,٥\n", f"instance,optimum\na,{'5' * 9999}\n",
     "instance,optimum\na\n", "instance,optimum\na,5,6\n", "instance,optimum\na,5\na,5\n",
     "instance,optimum\nZu\u0308rich,5\nZ\u00fcrich,6\n", 'instance,optimum\n"a,5\n'],
)  # fmt: skip
def test_damaged_optima_are_refused(tmp_path, text):
    path = tmp_path / "optima.csv"
    path.write_text(text)
    with pytest.raises(SomError) as caught:
        read_optima(path)
    message = str(caught.value)
    assert message.startswith(f"{path} cannot be read (") and message.endswith("remove it.")
    assert "\n" not in message and len(message) < 300 + len(str(path))


def test_optima_of_a_spreadsheet_are_read(tmp_path):
    path = tmp_path / "optima.csv"
    text = 'instance,cities,optimum\r\na,9,5\r\n\r\n"Zu\u0308rich",9,7\r\n'
    path.write_text(text, encoding="utf-8-sig", newline="")
    assert read_optima(path) == {"a": 5, "Z\u00fcrich": 7}


def make_huge(path):
    with path.open("wb") as file:
        file.truncate(2**40)


@pytest.mark.parametrize("name", ["a.tsp", "optima.csv"])
@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        os.mkdir,
        make_huge,
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to("nowhere"),
        lambda path: path.symlink_to(path),
    ],
)
def test_what_is_no_ordinary_file_is_refused_before_any_job(tmp_path, name, make):
    (tmp_path / "b.tsp").touch()
    make(tmp_path / name)
    assert str(tmp_path / name) in refusal(tmp_path)
