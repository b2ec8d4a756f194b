"""The explorer as people use it: every control there and back, real screens, real numbers."""

import itertools
import json
import math

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver import ActionChains, Keys

from tests.project import CONFIG
from workflow.som.data.datasets import read_images
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_table

EPOCHS = CONFIG["experiments"]["quickstart"]["epochs"]
VIEWS = ("majority", "purity", "hits", "entropy", "u_matrix", "distance")
PALETTE = CONFIG["figures"]["explorer"]["palette"]
DEAD = CONFIG["figures"]["explorer"]["dead_colour"]


@pytest.fixture(scope="session")
def tables(quickstart):
    """Return the tables of the last epoch, by name."""
    return {
        name: read_table(quickstart.run / name / f"epoch_{EPOCHS:03d}.parquet").frame
        for name in ("purity", "u_matrix", "activations", "training_activations")
    }


@pytest.fixture(scope="session")
def page(quickstart):
    return quickstart.run / "explorer.html"


@pytest.fixture
def opened(browser, page):
    browser.open(page)
    return browser


def majority_colours(table):
    return [DEAD if np.isnan(m) else PALETTE[int(m)] for m in table["majority_digit"].astype(float)]


def move(browser, unit, click=False):
    """Move the mouse to the middle of a unit; perhaps click."""
    place = browser.run(
        "const { factor, x, y } = page.map.transform(), at = 2 * arguments[0];"
        "const { canvas } = page.map, { centres } = page.contents;"
        "const scale = canvas.clientWidth / canvas.width;"
        "const inMap = [centres[at] * factor + x, centres[at + 1] * factor + y];"
        "inMap.forEach((value, axis) => { inMap[axis] = value * scale; });"
        "scrollTo(0, scrollY + canvas.getBoundingClientRect().top + inMap[1] - innerHeight / 2);"
        "const box = canvas.getBoundingClientRect();"
        "return [box.left + inMap[0], box.top + inMap[1]]",
        unit,
    )
    chain = ActionChains(browser.driver, duration=20)
    chain.w3c_actions.pointer_action.move_to_location(*map(round, place))
    if click:
        chain.click()
    chain.perform()


def test_it_is_one_small_file_that_is_soon_usable(opened, page):
    assert page.stat().st_size < 15e6
    assert opened.seconds < 2
    requests = opened.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert [name for name in requests if not name.startswith("data:")] == []


def test_every_control_there_and_back(opened, tables):
    """The first explorer broke here: the colours did not come back, and errors followed."""
    first = opened.colours()
    assert first == majority_colours(tables["purity"])
    controls = [f"[data-view={view}]" for view in VIEWS]
    controls += [f"[data-digit='{digit}']" for digit in range(10)]
    for selector in controls:
        opened.click(selector)
        seen = opened.colours()
        assert len(seen) == 400
        assert (seen == first) == (selector == "[data-view=majority]")
        move(opened, 45)
        assert opened.run("return page.state.unit") == 45
        opened.click("[data-view=majority]")
        assert opened.colours() == first
        move(opened, 210)
        assert opened.run("return page.state.unit") == 210
    for name in ("strangers", "pen", "unit"):
        opened.click(f"#tab-{name}")
        assert opened.find(f"#{name}").is_displayed()
    for name in ("zoom-in", "zoom-out", "zoom-in", "zoom-all"):
        opened.click(f"#{name}")
        assert (opened.run("return page.map.zoom.scale") > 1) == (name == "zoom-in")
    for theme in ("dark", "light"):
        opened.click("#theme")
        assert opened.run("return document.documentElement.dataset.theme") == theme


def test_the_numbers_are_those_of_the_tables(opened, tables):
    units, frame = tables["purity"], "page.contents.frames.at(-1)"
    for name in ("hits", "purity", "entropy"):
        column = {"entropy": "entropy_bits"}.get(name, name)
        shown = opened.run(f"return Array.from({frame}.units.{name}, (x) => isNaN(x) ? null : x)")
        expected = units[column].astype(float).to_numpy()
        np.testing.assert_allclose(np.array(shown, float), expected, atol=1e-12)
    shown = np.array(opened.run(f"return Array.from({frame}.uMatrix)"))
    np.testing.assert_allclose(shown, tables["u_matrix"]["u_matrix"], rtol=1e-6)
    digits = units[[f"digit_{digit}" for digit in range(10)]].to_numpy()
    for unit in (int(units["hits"].idxmax()), int(units["hits"].idxmin()), 7, 399):
        move(opened, unit)
        card = opened.text("#card")
        assert f"Unit {unit} · row {unit // 20}, column {unit % 20}" in card
        row = units.loc[unit]
        if row["hits"] == 0:
            assert "Dead: no test image landed here." in card
            assert "purity" not in card
            continue
        assert f"{int(row['hits'])} test image" in card
        assert f"purity {math.floor(100 * row['purity'] + 0.5)} %" in card
        for digit in np.flatnonzero(digits[unit]):
            assert f"{digit}: {digits[unit, digit]}" in card.splitlines()


def test_the_images_of_a_unit_are_the_nearest_nine(opened, quickstart, tables):
    landed = tables["activations"]
    images = read_images(quickstart.folder / "results/datasets/mnist_5000/test.parquet")
    unit = int(tables["purity"]["hits"].idxmax())
    own = landed[landed["bmu"] == unit].sort_values("distance", kind="stable")
    move(opened, unit)
    titles = opened.run(
        "return [...document.querySelectorAll('#card .images canvas')].map((c) => c.title)"
    )
    assert [int(title.split()[2].rstrip(":")) for title in titles] == own["sample"].tolist()[:9]
    pixels = opened.run(
        "const c = document.querySelector('#card .images canvas');"
        "return Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data)"
    )
    ink = np.array(pixels).reshape(-1, 4)[:, 3]
    first = images.pixels[own.index[0]].astype(int)
    assert np.abs(ink - first).max() <= 9  # Sixteen greys.


def test_pinned_units_stand_side_by_side(opened):
    for unit in (45, 210, 120):
        move(opened, unit, click=True)
    assert opened.run("return page.state.pins") == [45, 210, 120]
    cards = opened.driver.find_elements("css selector", "#pins .card")
    assert [card.text.splitlines()[0].split(" ·")[0] for card in cards] == [
        "Unit 45",
        "Unit 210",
        "Unit 120",
    ]
    tops = {card.location["y"] for card in cards[:2]}
    assert len(tops) == 1
    move(opened, 210, click=True)
    assert opened.run("return page.state.pins") == [45, 120]


def test_a_key_moves_to_the_neighbour_and_enter_pins(opened):
    opened.find("#map").send_keys(Keys.ARROW_RIGHT)
    steps = {Keys.ARROW_RIGHT: 1, Keys.ARROW_DOWN: 21, Keys.ARROW_LEFT: 20, Keys.ARROW_UP: 0}
    for key, unit in steps.items():
        opened.find("#map").send_keys(key)
        assert opened.run("return page.state.unit") == unit
        assert f"Unit {unit}, row {unit // 20}, column {unit % 20}" in opened.run(
            "return document.getElementById('spoken').textContent"
        )
    opened.find("#map").send_keys(Keys.ARROW_UP)  # There is none above.
    assert opened.run("return page.state.unit") == 0
    opened.find("#map").send_keys(Keys.ENTER)
    assert opened.run("return page.state.pins") == [0]
    opened.find("#map").send_keys("+")
    assert opened.run("return page.map.zoom.scale") > 1


def test_the_slider_shows_the_map_of_each_epoch(opened, quickstart):
    epochs = opened.run("return page.contents.frames.map((frame) => frame.epoch)")
    assert epochs[0] == 0
    assert epochs[-1] == EPOCHS
    opened.find("#epoch").send_keys(Keys.HOME)
    for epoch in epochs:
        assert opened.text("#epoch-name") == f"epoch {epoch}"
        table = read_table(quickstart.run / f"purity/epoch_{epoch:03d}.parquet").frame
        assert opened.colours() == majority_colours(table)
        opened.find("#epoch").send_keys(Keys.ARROW_RIGHT)
    opened.click("#play")
    assert opened.run("return page.state.frame") == 0
    opened.click("#play")
    assert opened.run("return page.timer") is None


def test_strangers_are_the_images_that_the_map_names_wrongly(opened, quickstart):
    summary = read_summary(quickstart.run / f"purity/epoch_{EPOCHS:03d}.json")
    wrong = round((1 - summary["label_accuracy"]) * summary["n_samples"])
    opened.click("#tab-strangers")
    assert opened.text("#strangers-text").startswith(f"{wrong} of 1,000 test images landed")
    while opened.find("#more").is_displayed():
        opened.click("#more")
    buttons = opened.driver.find_elements("css selector", "#gallery button")
    assert len(buttons) == wrong
    buttons[0].click()
    unit = opened.run("return page.state.unit")
    assert buttons[0].get_attribute("aria-label").endswith(f": go to unit {unit}")
    assert opened.run("return page.map.zoom.scale") > 1


def test_distances_are_those_of_the_codebook(opened, quickstart):
    codebook = load_checkpoint(
        quickstart.run / f"checkpoints/epoch_{EPOCHS:03d}.safetensors"
    ).codebook
    move(opened, 57)
    opened.click("[data-view=distance]")
    shown = np.array(opened.run("return Array.from(page.valuesOf('distance')[0])"))
    expected = np.linalg.norm(codebook - codebook[57], axis=1)
    np.testing.assert_allclose(shown, expected, atol=0.05)
    # On a sheet that is shrunk by two, as those of earlier epochs of large maps are.
    twice = opened.run(
        "const { sheet } = page.frame, first = valuesOf(sheet, 57);"
        "return Array.from(distancesTo({ ...sheet, factor: 2 }, first, 400))"
    )
    np.testing.assert_allclose(twice, 2 * shown, rtol=1e-6)


STROKES = {
    0: [[(140 + 60 * math.cos(a), 140 - 95 * math.sin(a)) for a in np.linspace(0.5, 6.8, 24)]],
    1: [[(150, 40), (140, 140), (132, 240)]],
    7: [[(70, 60), (140, 58), (205, 60), (170, 130), (130, 245)]],
}


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("size", [1.0, 0.45])
def test_a_drawn_digit_lands_among_its_own_kind(opened, digit, size):
    opened.click("#tab-pen")
    opened.run("document.getElementById('paper').scrollIntoView({block: 'center'})")
    for stroke in STROKES[digit]:
        points = [(size * x - 140 + 30, size * y - 140 + 30) for x, y in stroke]
        if size == 1:
            points = [(x - 30, y - 30) for x, y in points]
        chain = ActionChains(opened.driver, duration=10)
        chain.move_to_element_with_offset(opened.find("#paper"), *map(round, points[0]))
        chain.click_and_hold()
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            chain.move_by_offset(round(to_x) - round(x), round(to_y) - round(y))
        chain.release().perform()
    assert opened.text("#answer h2") == f"The map says: {digit}"
    assert len(opened.driver.find_elements("css selector", "#answer button")) == 5
    assert len(opened.run("return page.map.marked.answers")) == 5
    opened.click("#tab-unit")
    assert opened.run("return page.map.marked.answers") == []
    opened.click("#tab-pen")
    assert len(opened.run("return page.map.marked.answers")) == 5
    opened.click("#wipe")
    assert opened.text("#answer") == ""


def test_a_link_restores_the_view(opened, page):
    opened.click("[data-digit='3']")
    move(opened, 45, click=True)
    opened.find("#map").send_keys("+")
    opened.find("#epoch").send_keys(Keys.ARROW_LEFT)
    before = opened.run("return [page.state, page.map.zoom, page.map.colours]")
    link = opened.run("return location.hash")
    opened.open(page, link)
    assert json.dumps(
        opened.run("return [page.state, page.map.zoom, page.map.colours]")
    ) == json.dumps(before)


@pytest.mark.parametrize(
    "fragment", ["#view=nonsense&epoch=7.5&unit=400&pins=a,-1&at=1,2", "#%E0%A4%A"]
)
def test_a_link_that_says_nonsense_shows_the_map(browser, page, tables, fragment):
    browser.open(page, fragment)
    assert browser.colours() == majority_colours(tables["purity"])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_it_fits_every_screen(browser, page, width, dark, tmp_path):
    browser.screen(width, 844 if width == 390 else 900, dark=dark)
    browser.open(page)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.run("return document.documentElement.dataset.theme") == (
        "dark" if dark else "light"
    )
    of_width = browser.run("return page.map.step * 20 / innerWidth")
    assert of_width > (0.9 if width == 390 else 0.55)
    browser.driver.save_screenshot(str(tmp_path / "page.png"))
    with Image.open(tmp_path / "page.png") as picture:
        corner = picture.convert("L").getpixel((2, 2))
    assert (corner < 60) == dark


def test_a_tap_shows_a_unit_without_pinning_it(browser, page):
    browser.screen(390, 844)
    browser.open(page)
    x, y = browser.run(
        "const box = page.map.canvas.getBoundingClientRect();"
        "return [box.left + box.width / 2 + 3, box.top + box.height / 2 + 3]"
    )
    for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
        event = {"type": kind, "touchPoints": points}
        browser.driver.execute_cdp_cmd("Input.dispatchTouchEvent", event)
    assert browser.run("return page.state.unit") == 210
    assert browser.run("return page.state.pins") == []
