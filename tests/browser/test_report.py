"""Snakemake's report in a real browser: nothing is missing, and nothing comes from elsewhere."""

import time
import zipfile

import pytest


@pytest.fixture(scope="session")
def report(quickstart, tmp_path_factory):
    """Return the report's page, out of its archive."""
    folder = tmp_path_factory.mktemp("report")
    quickstart.snakemake("quickstart", "--report", str(folder / "report.zip"))
    with zipfile.ZipFile(folder / "report.zip") as archive:
        archive.extractall(folder)
    (page,) = folder.glob("*/report.html")
    return page


@pytest.mark.parametrize("width", [390, 1440])
def test_it_shows_each_result_and_asks_nobody(chromium, report, width):
    chromium.screen(width, 844)
    chromium.errors()
    chromium.driver.get(f"file://{report}")
    deadline = time.monotonic() + 20
    while not chromium.run("return typeof app === 'object' && app !== null"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    paths = chromium.run("return Object.keys(results)")
    assert len(paths) == 12
    for path in paths:
        chromium.run("app.showResultInfo(arguments[0])", path)
        shown = chromium.text("body")
        assert "In this run" in shown, path
    loaded = chromium.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert [name for name in loaded if not name.startswith(("data:", "file:"))] == []
    # Snakemake's own page says one thing in the console: that its style sheet is made on the fly.
    assert [error for error in chromium.errors() if "cdn.tailwindcss.com" not in error] == []
