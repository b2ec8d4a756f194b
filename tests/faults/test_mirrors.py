"""Bad mirrors take a limited time, give the right bytes or none, and reveal no secret."""

import contextlib
import http.server
import logging
import os
import signal
import threading
import time

import pytest

from tests.faults.bad_mirrors import BAD, GOOD, LARGEST, MD5, NAME, Mirror
from workflow.som.data import downloads, fetching
from workflow.som.data.downloads import EMBEDDED_MD5, Source, fetch_dataset
from workflow.som.data.fetching import fetch, redirected, time_limit
from workflow.som.files.atomic import digest
from workflow.som.files.errors import SomError
from workflow.som.tsp.city_sources import load_cities

PATIENCE = 0.5
# What the two ends of a connection may hold, of answers that nobody reads.
MOST_SENT = 2**27


@pytest.fixture
def mirror(monkeypatch):
    """A mirror's address; `asked` of its server lists the paths that were requested."""
    for key in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(key, "127.0.0.1,localhost")
    monkeypatch.setattr(fetching, "TIMEOUT", PATIENCE)
    monkeypatch.setattr(fetching, "CHUNK", 2**12)
    monkeypatch.setattr(fetching, "LARGEST", LARGEST)
    with http.server.HTTPServer(("127.0.0.1", 0), Mirror) as closed:
        nobody = f"http://127.0.0.1:{closed.server_port}"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked, server.over, server.closed, server.sent = [], threading.Event(), nobody, 0
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.address = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def get(tmp_path, monkeypatch, caplog):
    """Fetch the file from `mirror`, then from `origins`; return what the folder then contains."""
    caplog.set_level(logging.INFO)

    def fetch(mirror, *origins):
        source = Source(NAME, MD5, origins)
        monkeypatch.setattr(downloads, "sources", lambda dataset: [source])
        started = time.monotonic()
        try:
            fetch_dataset("mnist", tmp_path / "raw", mirror)
        finally:
            assert time.monotonic() - started < 8
            found = {path.name: path.read_bytes() for path in (tmp_path / "raw").iterdir()}
            assert found in ({}, {NAME: GOOD})
        return found

    return fetch


@pytest.mark.parametrize("what", BAD)
def test_a_bad_mirror_is_named_with_its_reason_and_the_next_place_is_asked(
    mirror, get, caplog, tmp_path, what
):
    place = f"{mirror.address}/{what}"
    with pytest.raises(SomError, match=BAD[what]) as raised:
        get(place)
    sentence = str(raised.value)
    assert sentence.startswith(f"{NAME} could not be had from any of 1 places, {place} (")
    assert sentence.endswith("or run the quickstart, which needs no network.")
    assert "\n" not in sentence
    assert list((tmp_path / "raw").iterdir()) == []
    assert get(place, f"{mirror.address}/good") == {NAME: GOOD}
    if what != "busy-once":  # This mirror delivers the file at the second request.
        assert any(line.startswith(f"{NAME}: passed over {place} (") for line in caplog.messages)
    assert mirror.sent < MOST_SENT


@pytest.mark.parametrize(
    "what",
    [
        *("good", "chunked", "labelled", "elsewhere", "good/", "good/a b", "good/größe/", "good?"),
        *(
            "redirects-with-an-endless-body",
            "redirects-with-an-endless-gzip",
            "says-an-absurd-length",
        ),
    ],
)
def test_an_unusual_mirror_that_has_the_file_is_taken(mirror, get, what):
    assert get(f"{mirror.address}/{what}") == {NAME: GOOD}
    assert mirror.asked[-1].startswith("/good") or what[:4] != "good"
    assert mirror.sent < MOST_SENT


@pytest.mark.parametrize(
    ("address", "location", "target"),
    [
        ("http://a.org/x/y", "z", "http://a.org/x/z"),
        ("http://a.org/x/y", "//b.org/z", "http://b.org/z"),
        ("http://a.org/x", "https://a.org/x", "https://a.org/x"),
        ("HTTPS://a.org/x", "/y", "HTTPS://a.org/y"),
    ],
)
def test_a_redirect_leads_on_within_http(address, location, target):
    assert redirected(address, location).lower() == target.lower()


@pytest.mark.parametrize(
    "location",
    ["http://a.org/x", "HTTP://b.org", "ftp://a.org/x", "file:///etc/passwd", "data:,x", "a:b"],
)
def test_a_redirect_never_leads_to_another_scheme(location):
    with pytest.raises(OSError, match="it redirects"):
        redirected("https://a.org/x", location)


def test_a_password_goes_to_its_own_host_only(mirror, tmp_path):
    host = mirror.address.removeprefix("http://")
    address = f"http://me:s3cret@{host}/to-guarded/?token=t0ken"
    fetch(address, tmp_path / "a", description="a")
    assert (tmp_path / "a").read_bytes() == GOOD
    with pytest.raises(OSError, match="401"):
        fetch(address.replace("127.0.0.1", "localhost"), tmp_path / "b", description="b")


def test_a_time_limit_holds_although_its_error_is_caught():
    before = signal.getsignal(signal.SIGALRM)
    started = time.monotonic()
    with pytest.raises(TimeoutError), time_limit(0.1):
        for _ in range(3):
            with contextlib.suppress(TimeoutError):
                time.sleep(9)
        time.sleep(9)
    assert time.monotonic() - started < 5
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_file_has_no_more_bytes_than_its_reader_allows(mirror, tmp_path):
    for most in (len(GOOD) - 1, len(GOOD)):
        with (
            contextlib.nullcontext() if most == len(GOOD) else pytest.raises(OSError, match="more")
        ):
            fetch(f"{mirror.address}/good/a", tmp_path / "a", description="a", most=most)


def test_credentials_and_queries_are_used_and_never_printed(mirror, get, caplog):
    host = mirror.address.removeprefix("http://")
    for what, has_it in (("guarded", True), ("absent", False), ("circle", False)):
        place = f"http://me:s3cret@{host}/{what}/?token=t0ken#x"
        told = ""
        if has_it:
            assert get(place) == {NAME: GOOD}
        else:
            with pytest.raises(SomError) as raised:
                get(place)
            told = str(raised.value)
            assert f"http://{host}/{what}/ (" in told
        for secret in ("s3cret", "t0ken", "me:"):
            assert secret not in told + caplog.text
    assert mirror.asked[0] == f"/guarded/{NAME}?token=t0ken"
    with pytest.raises(SomError, match="could not be fetched") as raised:
        load_cities(f"http://me:s3cret@{host}/absent/a.tsp?token=t0ken", n_random=9, seed=0)
    assert "s3cret" not in str(raised.value) + caplog.text
    assert "t0ken" not in str(raised.value) + caplog.text


@pytest.mark.parametrize(
    "place",
    [
        *("ftp://127.0.0.1/a", "gopher://127.0.0.1", "file:///etc", "http://", "http://[::", "://"),
        *(
            "http://127.0.0.1:99999/",
            "http://ex ample/",
            "/dev/zero",
            "/nowhere",
            "~nobody-at-all/",
        ),
        "a\0b",
    ],
)
def test_what_is_no_place_is_passed_over(mirror, get, place):
    with pytest.raises(SomError, match="could not be had from any of 1 places"):
        get(place)
    assert get(place, f"{mirror.address}/good") == {NAME: GOOD}


def test_plain_talk_on_a_secure_port_is_passed_over(mirror, get):
    with pytest.raises(SomError, match="no secure connection|no connection"):
        get(mirror.address.replace("http:", "https:"))


def make_pipe(path):
    os.mkfifo(path)


def make_device(path):
    path.symlink_to("/dev/zero")


def make_circle(path):
    path.symlink_to(path)


def make_huge(path):
    with path.open("wb") as file:
        file.truncate(2**40)


def make_wrong(path):
    path.write_bytes(GOOD[:-1] + b"x")


@pytest.mark.parametrize(
    "make",
    [make_pipe, make_device, make_circle, make_wrong, make_huge, os.mkdir, lambda path: None],
)
def test_a_bad_folder_is_passed_over(mirror, get, tmp_path, make):
    folder = tmp_path / "mirror"
    folder.mkdir()
    make(folder / NAME)
    with pytest.raises(SomError, match="could not be had from any of 1 places"):
        get(str(folder))
    assert get(str(folder), f"{mirror.address}/good") == {NAME: GOOD}


def test_a_folder_in_ones_home_is_taken(get, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / NAME).write_bytes(GOOD)
    assert get("~/mirror") == {NAME: GOOD}


def test_through_snakemake_bad_mirrors_change_nothing(mirror, project, how_many):
    kinds = how_many(["drips", "wrong"], list(BAD))
    module = project.folder / "workflow" / "som" / "data" / "fetching.py"
    module.write_text(module.read_text().replace("TIMEOUT = 30.0", "TIMEOUT = 0.5"))
    assert "TIMEOUT = 0.5" in module.read_text()
    # An endless body is cut off at 1 GiB, which takes too long for a test.
    module.write_text(module.read_text().replace("LARGEST = 2**30", "LARGEST = 2**23"))
    target = "results/raw/mnist_5000/mnist_5k.csv.gz"
    path = project.folder / target
    host = mirror.address.removeprefix("http://")
    for what in kinds:
        path.unlink(missing_ok=True)
        mirror.asked.clear()
        project.snakemake(target, "--config", f"mirror=http://me:s3cret@{host}/{what}")
        assert digest(path, "md5") == EMBEDDED_MD5, what
        log = (project.folder / "results/logs/mnist_5000/download.log").read_text()
        assert f"passed over http://{host}/{what} (" in log
        assert "s3cret" not in log
        assert mirror.asked
        assert [found.name for found in path.parent.iterdir()] == [path.name]
    assert project.planned(target) == set()
