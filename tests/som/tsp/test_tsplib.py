"""Reading TSPLIB files: what they say, as they say it, or one sentence."""

import contextlib
import os
import time

import numpy as np
import pytest

from workflow.som.files.errors import SomError
from workflow.som.tsp.tsplib import read_tsplib

HEAD = "NAME: a\nTYPE: TSP\nDIMENSION: 5\nEDGE_WEIGHT_TYPE: EUC_2D\n"
ROWS = "1 0 0\n2 3 0\n3 3 4\n4 0 4\n5 1 1\n"
WHOLE = f"{HEAD}NODE_COORD_SECTION\n{ROWS}EOF\n"


@pytest.fixture
def read(tmp_path):
    """Read a text or bytes as a TSPLIB file."""

    def read_content(content):
        path = tmp_path / "a.tsp"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_tsplib(path)

    return read_content


@pytest.fixture
def refusal(tmp_path, read):
    """Return the sentence with which a text or bytes are refused."""

    def refuse(content):
        with pytest.raises(SomError) as caught:
            read(content)
        message = str(caught.value)
        assert message.startswith(f"{tmp_path / 'a.tsp'} ") and message.endswith(".")
        assert "\n" not in message and len(message) < 400 + len(str(tmp_path))
        return message

    return refuse


@pytest.mark.parametrize("colon", [" : ", ": ", ":"])
@pytest.mark.parametrize("end", ["EOF\n", "EOF", ""])
def test_a_file_gives_the_coordinates_that_were_written(tmp_path, write_tsplib, points, colon, end):
    path = write_tsplib(tmp_path / "a.tsp", points, colon=colon, end=end)
    np.testing.assert_array_equal(read_tsplib(path).points, points)


def test_powers_of_ten_are_read(tmp_path, write_tsplib):
    rows = [("1.5e+02", "-2E1"), ("0", "1"), ("2", "3.25"), ("4.", "+.5"), ("6", "7")]
    found = read_tsplib(write_tsplib(tmp_path / "a.tsp", rows)).points
    np.testing.assert_array_equal(found[:4], [[150, -20], [0, 1], [2, 3.25], [4, 0.5]])


def test_cities_keep_their_numbers_and_the_order_of_the_file(read):
    found = read(WHOLE.replace("\n1 0 0", "\n70 0 0").replace("\n3 3 4", "\n0 3 4"))
    assert found.numbers.tolist() == [70, 2, 0, 4, 5]
    np.testing.assert_array_equal(found.points, read(WHOLE).points)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", "\n\n").replace("2 3 0", " \t2   3\t0 "),
        lambda text: "COMMENT: one\nCOMMENT: of the DEMAND_SECTION\n# note\n" + text,
        lambda text: text.replace("NODE_COORD_SECTION", "NODE_COORD_SECTION :"),
        lambda text: text.replace("EOF\n", "DISPLAY_DATA_SECTION\n1 2 3\nEOF\nwhat follows"),
        lambda text: text.replace("NAME", "name").replace("DIMENSION", "Dimension"),
        lambda text: ("COMMENT: Zürich\n" + text).encode("latin-1"),
    ],
)
def test_other_spellings_give_the_same_cities(read, change):
    expected = read(WHOLE)
    for found, wanted in zip(read(change(WHOLE)), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("EUC_2D", "GEO", "only EUC_2D"),
        ("EUC_2D", "EUC_2D" * 10_000, "only EUC_2D"),
        (f"EUC_2D\nNODE_COORD_SECTION\n{ROWS}", "EXPLICIT\nEDGE_WEIGHT_SECTION\n0 1\n", "only EUC"),
        ("EDGE_WEIGHT_TYPE: EUC_2D\n", "", "no EDGE_WEIGHT_TYPE"),
        ("DIMENSION: 5", "DIMENSION: 6", "DIMENSION is 6, but there are 5 rows"),
        ("DIMENSION: 6", "DIMENSION: 4", "4 cities; 5 to 200,000"),
        ("5 1 1\n", "5 1 1\n6 2 2\n", "there are more coordinates"),
        ("DIMENSION: 5\n", "", "no DIMENSION"),
        ("DIMENSION: 5\n", "DIMENSION: 5\nDIMENSION: 5\n", "DIMENSION stands twice"),
        ("EDGE", "EDGE_WEIGHT_TYPE: GEO\nEDGE", "EDGE_WEIGHT_TYPE stands twice"),
        ("NODE_COORD_SECTION\n", "NODE_COORD_SECTION\n" * 2, "NODE_COORD_SECTION stands twice"),
        ("EOF", f"NODE_COORD_SECTION\n{ROWS}EOF", "NODE_COORD_SECTION stands twice"),
        ("EOF", "FIXED_EDGES_SECTION\n1 2\n-1\nEOF", "FIXED_EDGES_SECTION, which is not read"),
        ("EOF", "".join(f"{'A' * i}_SECTION\n" for i in range(1, 30)), "more than 20 sections"),
        ("NAME: a", "NAME a", "neither a key with a value nor a section"),
        ("EOF\n", "6 2", "there are more"),
        ("5 1 1\nEOF\n", "5 1 1", "its last line has no end"),
    ],
)
def test_a_text_that_says_otherwise_is_refused(refusal, old, new, words):
    text = WHOLE.replace("DIMENSION: 5", "DIMENSION: 6") if "4 cities" in words else WHOLE
    assert old in text
    assert words in refusal(text.replace(old, new, 1))


@pytest.mark.parametrize(
    "number", ["1e400", "6.9", "5.0", "-5", "+5", "5_0", "٥", "many", "", "5 5", "9" * 5000]
)
def test_a_dimension_that_is_no_whole_number_is_refused(refusal, number):
    assert "DIMENSION is" in refusal(WHOLE.replace("DIMENSION: 5", f"DIMENSION: {number}"))


@pytest.mark.parametrize("number", ["-1", "1.0", "one", "1_0", "٢", "2" * 5000, "4294967296", "4"])
def test_a_node_number_that_is_none_or_stands_twice_is_refused(refusal, number):
    refusal(WHOLE.replace("\n5 1 1", f"\n{number} 1 1"))


@pytest.mark.parametrize(
    "row",
    ["nan 1", "1 inf", "1e300 1", "-1e13 1", "x y", "1", "", "1 2 3", "1_0 1", "0x1 1", "1,5 1",
     "1d3 1", f"{'1' * 10_000} 1", "٣ 1"],
)  # fmt: skip
def test_a_coordinate_that_is_none_is_refused(refusal, row):
    refusal(WHOLE.replace("\n5 1 1", f"\n5 {row}"))


def test_cities_too_close_for_any_length_are_refused(refusal, read):
    assert "scale the coordinates up" in refusal(
        WHOLE.replace("3", "3e-200").replace("4", "4e-200").replace("1 1", "1e-200 1e-200")
        .replace("\n3e-200 3e-200", "\n3 3e-200").replace("\n4e-200", "\n4")
    )  # fmt: skip
    same = "".join(f"{i} 7 7\n" for i in range(1, 6))
    assert np.ptp(read(WHOLE.replace(ROWS, same)).points) == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe", b"<html>Sign in</html>", b"NAME: a\nEOF\n", WHOLE.encode("utf-16")],
)
def test_what_is_no_tsplib_file_is_refused(refusal, content):
    refusal(content)


def test_a_file_cut_short_is_refused(tmp_path, write_tsplib, points, refusal):
    whole = write_tsplib(tmp_path / "b.tsp", points).read_bytes()
    for length in (*range(0, whole.rindex(b"\n40 "), 97), *range(len(whole) - 30, len(whole) - 5)):
        refusal(whole[:length])


@pytest.mark.parametrize(
    "start",
    ["A" + " " * 3_000_000 + "\n", "A_SECTIO" * 400_000 + "\n", ":" * 3_000_000 + "x", " " * 10**6],
)
def test_no_text_takes_quadratic_time(read, start):
    started = time.perf_counter()
    for text in (start + WHOLE, start * 3, WHOLE.replace("5 1 1", start.strip())):
        with contextlib.suppress(SomError):
            read(text)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path),
                                  lambda path: path.symlink_to("/dev/zero"),
                                  lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_RDWR),
                                                           2**40)])  # fmt: skip
def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path, make):
    path = tmp_path / "a.tsp"
    make(path)
    with pytest.raises(SomError, match="not a file|leads to itself|bytes"):
        read_tsplib(path)
