"""The sources of an instance's cities: a file, an address or random numbers."""

import http.server
import threading

import numpy as np
import pytest

from workflow.som.files.errors import SomError
from workflow.som.tsp.cities import random_cities
from workflow.som.tsp.city_sources import load_cities


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the files of a folder without logging."""

    def log_message(self, *arguments):
        pass


@pytest.fixture
def address(tmp_path, monkeypatch):
    """Serve `tmp_path` and return its address."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def handler(*arguments):
        return Quiet(*arguments, directory=str(tmp_path))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_a_file_and_its_address_give_the_same_cities(tmp_path, write_tsplib, points, address):
    path = write_tsplib(tmp_path / "a.tsp", points)
    for source in (str(path), f"{address}/a.tsp"):
        np.testing.assert_array_equal(load_cities(source, n_random=5, seed=0).points, points)


@pytest.mark.parametrize("name", ["missing.tsp", "empty.tsp"])
def test_an_address_without_cities_is_refused_in_a_sentence(tmp_path, address, name):
    (tmp_path / "empty.tsp").touch()
    with pytest.raises(SomError) as caught:
        load_cities(f"{address}/{name}", n_random=5, seed=0)
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message
    # The message names the file's address, not its temporary place.
    assert message.startswith(f"{address}/{name}")


def test_no_source_means_random_cities():
    np.testing.assert_array_equal(
        load_cities("", n_random=9, seed=3).points, random_cities(9, 3).points
    )
