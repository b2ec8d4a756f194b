"""Mirrors that do what no mirror should: bounded time, right bytes or none, and no secret told."""

import contextlib
import gzip
import hashlib
import http.server
import logging
import os
import random
import threading
import time

import pytest

from workflow.som import downloads, fetching
from workflow.som.downloads import EMBEDDED_MD5, Source, fetch_dataset
from workflow.som.errors import SomError
from workflow.som.files import digest
from workflow.som.tsp.sources import load_cities

NAME = "train-images-idx3-ubyte.gz"
GOOD = gzip.compress(random.Random(0).randbytes(20_000), mtime=0)
LENGTH = len(GOOD)
MD5 = hashlib.md5(GOOD).hexdigest()
PATIENCE, LARGEST = 0.5, 100_000


class Mirror(http.server.BaseHTTPRequestHandler):
    """What it does is the first part of the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.partition("?")[0].split("/")
        self.server.asked.append(self.path)
        self.close_connection = True
        with contextlib.suppress(OSError):  # The other side gave up, as it should.
            getattr(self, parts[1].replace("-", "_"), self.absent)()

    def log_message(self, *arguments):
        pass

    def head(self, length=LENGTH, status=200, **headers):
        self.send_response(status)
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def wait(self):
        self.server.over.wait(20)

    def drip_for_ever(self, byte=b"x"):
        while not self.server.over.wait(0.05):
            self.wfile.write(byte)

    def good(self):
        self.head()
        self.wfile.write(GOOD)

    def absent(self):
        self.head(0, 404)

    def forbidden(self):
        self.head(0, 403)

    def broken(self):
        self.head(0, 500)

    def busy_once(self):
        if len(self.server.asked) == 1:
            self.head(0, 503, Retry_After="3600")
        else:
            self.good()

    def silent(self):
        self.wait()

    def stalls(self):
        self.head()
        self.wfile.write(GOOD[: len(GOOD) // 2])
        self.wait()

    def drips(self):
        self.head(10**9)
        self.drip_for_ever()

    def drips_in_chunks(self):
        self.head(None, Transfer_Encoding="chunked")
        self.drip_for_ever(b"1\r\nx\r\n")

    def drips_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self.drip_for_ever()

    def says_too_long(self):
        self.head(len(GOOD) + 10)
        self.wfile.write(GOOD)

    def says_too_short(self):
        self.head(len(GOOD) - 10)
        self.wfile.write(GOOD)

    def wrong(self):
        self.head()
        self.wfile.write(GOOD[:-1] + bytes([GOOD[-1] ^ 1]))

    def truncated(self):
        self.head(len(GOOD) // 2)
        self.wfile.write(GOOD[: len(GOOD) // 2])

    def empty(self):
        self.head(0)

    def circle(self):
        self.head(0, 302, Location=self.path)

    def to_a_file(self):
        self.head(0, 302, Location="file:///etc/hostname")

    def to_nobody(self):
        self.head(0, 302, Location=f"{self.server.closed}/{NAME}")

    def to_nowhere(self):
        self.head(0, 302, Location="http://[::")

    def hangs_up(self):
        pass

    def nonsense(self):
        self.wfile.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")

    def endless(self):
        self.head(None)
        while not self.server.over.is_set():
            self.wfile.write(bytes(2**14))

    def endless_chunks(self):
        self.head(None, Transfer_Encoding="chunked")
        while not self.server.over.is_set():
            self.wfile.write(b"4000\r\n" + bytes(2**14) + b"\r\n")

    def bad_chunks(self):
        self.head(None, Transfer_Encoding="chunked")
        self.wfile.write(b"zz\r\n" + GOOD)

    def chunked(self):
        self.head(None, Transfer_Encoding="chunked")
        for start in range(0, len(GOOD), 3000):
            part = GOOD[start : start + 3000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def labelled(self):
        self.head(Content_Encoding="gzip", Content_Type="application/x-gzip")
        self.wfile.write(GOOD)

    def elsewhere(self):
        self.head(0, 301, Location=f"/good/{NAME}")

    def guarded(self):
        if self.headers["Authorization"] == "Basic bWU6czNjcmV0" and "token=t0ken" in self.path:
            self.good()
        else:
            self.head(0, 401)


BAD = {
    "absent": "the server answers 404",
    "forbidden": "the server answers 403",
    "broken": "the server answers 500",
    "busy-once": "the server answers 503",
    "silent": "it is too slow",
    "stalls": "it is too slow",
    "drips": "it is too slow",
    "drips-in-chunks": "it is too slow",
    "drips-headers": "it is too slow",
    "says-too-long": "no connection, or it broke off|bytes arrived instead of",
    "says-too-short": "md5 sum",
    "wrong": "md5 sum",
    "truncated": "md5 sum",
    "empty": "md5 sum",
    "circle": "it redirects without end",
    "to-a-file": "no http address",
    "to-nobody": "no connection",
    "to-nowhere": "no http address",
    "hangs-up": "no connection",
    "nonsense": "no connection",
    "endless": f"it has more than {LARGEST:,} bytes",
    "endless-chunks": f"it has more than {LARGEST:,} bytes",
    "bad-chunks": "no connection",
}


@pytest.fixture
def mirror(monkeypatch):
    """A mirror's address; `asked` of its server are the paths it was asked for."""
    for key in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(key, "127.0.0.1,localhost")
    monkeypatch.setattr(fetching, "TIMEOUT", PATIENCE)
    monkeypatch.setattr(fetching, "CHUNK", 2**12)
    monkeypatch.setattr(fetching, "LARGEST", LARGEST)
    with http.server.HTTPServer(("127.0.0.1", 0), Mirror) as closed:
        nobody = f"http://127.0.0.1:{closed.server_port}"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked, server.over, server.closed = [], threading.Event(), nobody
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.address = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def get(tmp_path, monkeypatch, caplog):
    """Fetch the file from `mirror`, then from `origins`; return what is in the folder after it."""
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
    if what != "busy-once":  # Which has the file the second time.
        assert any(line.startswith(f"{NAME}: passed over {place} (") for line in caplog.messages)


@pytest.mark.parametrize(
    "what",
    ["good", "chunked", "labelled", "elsewhere", "good/", "good/a b", "good/größe/", "good?"],
)
def test_an_unusual_mirror_that_has_the_file_is_taken(mirror, get, what):
    assert get(f"{mirror.address}/{what}") == {NAME: GOOD}
    assert mirror.asked[-1].startswith("/good") or what[:4] != "good"


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


def make_wrong(path):
    path.write_bytes(GOOD[:-1] + b"x")


@pytest.mark.parametrize(
    "make", [make_pipe, make_device, make_circle, make_wrong, os.mkdir, lambda path: None]
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
    module = project.folder / "workflow" / "som" / "fetching.py"
    module.write_text(module.read_text().replace("TIMEOUT = 30.0", "TIMEOUT = 0.5"))
    assert "TIMEOUT = 0.5" in module.read_text()
    # An endless body is cut at 1 GiB: not within a test.
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
