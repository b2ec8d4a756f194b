"""The explorer of coloured images with classes of the user's own."""

import numpy as np
import pytest

from workflow.som.figures.explorer.contents import Frame, Samples, gather
from workflow.som.figures.explorer.page import build_page
from workflow.som.model.lattice import Lattice

COLOURS = np.array(
    [[1.0, 0, 0], [0, 0.6, 0], [0, 0, 0.8], [0.6, 0.6, 0], [0.2, 0.2, 0.2], [1, 1, 1]]
)
PALETTE = ["#2b8377", "#ac3a54", "#eed14d"]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A map of 2 × 3 units, of which each is of one colour and one class."""
    prototypes = np.broadcast_to(COLOURS[:, None, None], (6, 4, 5, 3))
    classes = np.arange(6) % 3
    counts = np.eye(3, dtype=np.int64)[classes] * 2
    samples = Samples(
        *(np.arange(12), prototypes.repeat(2, axis=0), classes.repeat(2)),
        *(np.arange(6).repeat(2), np.zeros(12)),
    )
    summary = {"epoch": 3, "n_samples": 12, "label_accuracy": 1.0, "n_units": 6}
    summary |= {"single_digit_units": 6, "class_names": ["cats", "dogs", "<b>"]}
    summary |= {"permuted_single_digit_units": {"mean": 2.0}}
    frames = [Frame(3, counts, prototypes.reshape(6, -1), np.ones(6))]
    lattice = Lattice("square", (2, 3))
    contents = gather(
        *(lattice, frames, classes, samples, summary),
        classes=summary["class_names"],
        pixel_scale=np.full(60, 3.0),
    )
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    text = build_page(
        contents, title="photos", palette=PALETTE, dead_colour="#d9d9d9", colour_map="viridis"
    )
    path.write_text(text, encoding="utf-8")
    return path


def test_names_of_classes_are_text_and_no_pen_is_offered(browser, page):
    browser.open(page)
    assert browser.text("[data-view=majority]") == "majority class"
    assert "<b>" in browser.text("#classes")
    assert not browser.find("#tab-pen").is_displayed()
    assert browser.colours() == [PALETTE[unit % 3] for unit in range(6)]


def test_prototypes_and_images_have_their_colours(browser, page):
    for unit, colour in enumerate(COLOURS):
        browser.open(page, f"#unit={unit}")
        found = browser.run(
            "return [...document.querySelectorAll('#card canvas')].map((one) =>"
            " [...one.getContext('2d').getImageData(2, 2, 1, 1).data])"
        )
        assert len(found) == 3  # The prototype and two test images.
        for *shown, opacity in found:
            assert opacity == 255
            np.testing.assert_allclose(shown, 255 * colour, atol=9)


def test_distances_to_a_prototype_are_those_of_all_colours(browser, page):
    browser.open(page, "#view=distance&from=1")
    found = browser.run("return page.valuesOf('distance')[0]")
    true = 3 * np.sqrt(20) * np.linalg.norm(COLOURS - COLOURS[1], axis=1)
    np.testing.assert_allclose(
        list(found.values()) if isinstance(found, dict) else found, true, atol=0.1
    )
