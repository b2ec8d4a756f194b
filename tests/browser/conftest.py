"""A real browser, Debian's headless Chromium, and the quickstart's page in it."""

import shutil
import time
from pathlib import Path

import pytest

from tests.project import CONFIG, Project

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


class Browser:
    """Chromium, with the page under test."""

    def __init__(self, driver) -> None:
        self.driver = driver
        self.seconds = 0.0

    def open(self, page: Path, fragment: str = "") -> None:
        """Open a page and wait until it can be used."""
        self.driver.get("about:blank")
        started = time.monotonic()
        self.driver.get(f"file://{page}{fragment}")
        while not self.run("return document.documentElement.dataset.ready"):
            assert time.monotonic() < started + 20, self.errors()
            time.sleep(0.01)
        self.seconds = time.monotonic() - started

    def run(self, script: str, *arguments):
        """Run JavaScript in the page; return its result."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str):
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def screen(self, width: int, height: int, *, dark: bool = False) -> None:
        """Take a window's size and a colour scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def colours(self) -> list[str]:
        """Return the colour of each unit on the map."""
        return self.run("return page.map.colours")

    def errors(self) -> list[str]:
        """Return what the page has complained of since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="session")
def chromium():
    if not (BROWSER and DRIVER):
        pytest.skip("needs Debian's packages chromium and chromium-driver, which .ci/run installs")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield Browser(driver)
    driver.quit()


@pytest.fixture
def browser(chromium):
    """Yield a browser of a laptop's size, which may have met no error when the test is over."""
    chromium.screen(1440, 900)
    chromium.errors()
    yield chromium
    assert chromium.errors() == []


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory):
    """Make the quickstart as it is published."""
    project = Project(tmp_path_factory.mktemp("quickstart") / "project")
    published = CONFIG["experiments"]["quickstart"]
    project.configure(lambda config: config["experiments"].update(quickstart=published))
    project.snakemake("quickstart")
    return project
