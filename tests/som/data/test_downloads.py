"""Downloads: good files are taken, bad ones skipped with a log line; if none is good, it fails."""

import errno
import gzip
import hashlib
import http.server
import io
import logging
import os
import re
import threading
import zipfile

import pytest
from torchvision import datasets as torchvision_datasets

from workflow.som.data import downloads
from workflow.som.data.downloads import EMBEDDED_MD5, Source, fetch_dataset, sources
from workflow.som.data.sources import DATASETS, EMBEDDED, EMBEDDED_FILE, source_names
from workflow.som.files.atomic import digest
from workflow.som.files.errors import SomError

GOOD = gzip.compress(bytes(range(256)) * 400, mtime=0)
NAME = "train-images-idx3-ubyte.gz"
MD5 = hashlib.md5(GOOD).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the file at /good, other content at /wrong, only the beginning at /short."""

    def do_GET(self):
        self.server.asked.append(self.path)
        place = self.path.split("/")[1]
        if place not in ("good", "wrong", "short", "empty"):
            self.send_error(404)
            return
        content = {"wrong": b"<html>Sign in</html>", "empty": b""}.get(place, GOOD)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if place == "short" else content)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        serving.asked = []
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture
def address(server, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server.asked.clear()
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def offer(monkeypatch):
    """Make a data set consist of one file with the given origins."""

    def set_origins(*origins, name=NAME, md5=MD5):
        monkeypatch.setattr(downloads, "sources", lambda dataset: [Source(name, md5, origins)])

    return set_origins


@pytest.fixture
def mirror(tmp_path):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / NAME).write_bytes(GOOD)
    return str(tmp_path / "mirror")


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_an_address_that_has_the_file_is_taken(tmp_path, address, offer, caplog):
    caplog.set_level(logging.DEBUG)
    offer(f"{address}/good/")
    fetch_dataset("mnist", tmp_path / "raw")
    assert (tmp_path / "raw" / NAME).read_bytes() == GOOD
    assert names(tmp_path / "raw") == [NAME]
    assert f"{NAME}: from {address}/good/, md5 {MD5} verified" in caplog.messages


@pytest.mark.parametrize("place", ["wrong", "missing", "short", "empty"])
def test_a_bad_address_is_passed_over_with_a_line(tmp_path, address, offer, mirror, caplog, place):
    caplog.set_level(logging.INFO)
    offer(f"{address}/{place}", mirror)
    fetch_dataset("mnist", tmp_path / "raw")
    assert (tmp_path / "raw" / NAME).read_bytes() == GOOD
    assert names(tmp_path / "raw") == [NAME]
    passed = [line for line in caplog.messages if "passed over" in line]
    assert len(passed) == 1
    assert passed[0].startswith(f"{NAME}: passed over {address}/{place} (")


def test_the_users_mirror_comes_first_and_spares_the_network(
    tmp_path, address, server, offer, mirror
):
    offer(f"{address}/good")
    fetch_dataset("mnist", tmp_path / "raw", mirror)
    assert (tmp_path / "raw" / NAME).read_bytes() == GOOD
    assert server.asked == []


def test_a_mirror_may_be_an_address(tmp_path, address, server, offer):
    offer(f"{address}/missing")
    fetch_dataset("mnist", tmp_path / "raw", f"{address}/good")
    assert server.asked == [f"/good/{NAME}"]


@pytest.mark.parametrize("content", [None, b"", GOOD[:-1], GOOD[:50] + b"x" + GOOD[51:]])
def test_a_mirror_without_the_very_file_is_passed_over(tmp_path, address, offer, mirror, content):
    path = tmp_path / "mirror" / NAME
    path.unlink() if content is None else path.write_bytes(content)
    offer(f"{address}/good")
    fetch_dataset("mnist", tmp_path / "raw", mirror)
    assert (tmp_path / "raw" / NAME).read_bytes() == GOOD


def test_if_all_fail_one_sentence_names_each_place_and_the_remedy(tmp_path, address, offer):
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as closed:
        deaf = f"http://127.0.0.1:{closed.server_port}/good"
    places = [f"{address}/{place}" for place in ("wrong", "missing", "short")]
    absent = str(tmp_path / "absent")
    offer(*places, deaf)
    with pytest.raises(SomError) as raised:
        fetch_dataset("mnist", tmp_path / "raw", absent)
    sentence = str(raised.value)
    for place in (absent, *places, deaf):
        assert f"{place} (" in sentence
    assert sentence.startswith(f"{NAME} could not be had from any of 5 places, ")
    assert "--config mirror=" in sentence
    assert "\n" not in sentence
    assert names(tmp_path / "raw") == []


def test_an_older_file_stays_when_none_can_be_had(tmp_path, offer):
    (tmp_path / NAME).write_bytes(b"older")
    offer()
    with pytest.raises(SomError):
        fetch_dataset("mnist", tmp_path, str(tmp_path / "absent"))
    assert (tmp_path / NAME).read_bytes() == b"older"


def test_an_error_without_words_is_passed_over_too(tmp_path, offer, mirror, monkeypatch):
    def fail(*arguments, **options):
        raise TimeoutError

    monkeypatch.setattr("workflow.som.data.downloads.fetch", fail)
    offer("http://127.0.0.1:9/", mirror)
    fetch_dataset("mnist", tmp_path / "raw")
    assert (tmp_path / "raw" / NAME).read_bytes() == GOOD


def test_a_full_disk_is_not_blamed_on_the_mirror(tmp_path, offer, mirror, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.sendfile", fail)
    offer(mirror)
    with pytest.raises(SomError, match=f"{NAME} could not be written .*free some space"):
        fetch_dataset("mnist", tmp_path / "raw")
    assert names(tmp_path / "raw") == []


def test_a_full_disk_is_not_blamed_on_the_address(tmp_path, offer, address, largest_file):
    offer(f"{address}/good")
    assert len(GOOD) > 500
    with (
        largest_file(500),
        pytest.raises(SomError, match=f"{NAME} could not be written .*free some space"),
    ):
        fetch_dataset("mnist", tmp_path / "raw")
    assert names(tmp_path / "raw") == []


def test_what_comes_from_an_address_may_be_read_by_others_as_any_new_file(tmp_path, address, offer):
    offer(f"{address}/good")
    fetch_dataset("mnist", tmp_path / "raw")
    (tmp_path / "new").touch()
    assert (tmp_path / "raw" / NAME).stat().st_mode == (tmp_path / "new").stat().st_mode


def test_emnist_is_unpacked_from_its_archive(tmp_path, offer, monkeypatch):
    wanted = {name: name.encode() * 3 for name in DATASETS["emnist_digits"]}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("gzip/emnist-letters-train-images-idx3-ubyte.gz", b"not wanted")
        for name, content in wanted.items():
            archive.writestr(f"gzip/{name}", content)
    folder = tmp_path / "origin"
    folder.mkdir()
    (folder / "gzip.zip").write_bytes(packed.getvalue())
    offer(str(folder), name="gzip.zip", md5=hashlib.md5(packed.getvalue()).hexdigest())
    fetch_dataset("emnist_digits", tmp_path / "raw")
    assert {path.name: path.read_bytes() for path in (tmp_path / "raw").iterdir()} == wanted


def test_a_damaged_archive_leaves_nothing(tmp_path, offer):
    (tmp_path / "origin").mkdir()
    (tmp_path / "origin" / "gzip.zip").write_bytes(b"PK")
    offer(str(tmp_path / "origin"), name="gzip.zip", md5="0" * 32)
    with pytest.raises(SomError, match="gzip.zip could not be had"):
        fetch_dataset("emnist_digits", tmp_path / "raw")
    assert names(tmp_path / "raw") == []


@pytest.mark.parametrize(
    ("dataset", "listed"),
    [
        ("mnist", torchvision_datasets.MNIST.resources),
        ("fashion_mnist", torchvision_datasets.FashionMNIST.resources),
        ("kmnist", torchvision_datasets.KMNIST.resources),
        (
            "qmnist",
            [
                (url.rsplit("/", 1)[1], md5)
                for split in ("train", "test")
                for url, md5 in torchvision_datasets.QMNIST.resources[split]
            ],
        ),
    ],
)
def test_names_and_sums_are_torchvisions(dataset, listed):
    found = sources(dataset)
    assert {(source.name, source.md5) for source in found} == set(listed)
    assert sorted(source.name for source in found) == source_names(dataset)
    for source in found:
        assert source.origins
        assert all(re.match(r"https?://", origin) for origin in source.origins)


def test_qmnists_addresses_are_torchvisions_again():
    urls = {
        url
        for split in ("train", "test")
        for url, _ in torchvision_datasets.QMNIST.resources[split]
    }
    assert {f"{source.origins[0]}/{source.name}" for source in sources("qmnist")} == urls


def test_emnist_is_torchvisions_archive():
    (source,) = sources("emnist_digits")
    assert f"{source.origins[0]}/{source.name}" == torchvision_datasets.EMNIST.url
    assert source.md5 == torchvision_datasets.EMNIST.md5
    assert source.name.endswith(".zip")


def test_the_embedded_digits_need_no_network(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("no network is needed")

    monkeypatch.setattr("socket.socket.connect", refuse)
    fetch_dataset(EMBEDDED, tmp_path)
    assert names(tmp_path) == [EMBEDDED_FILE]
    assert digest(tmp_path / EMBEDDED_FILE, "md5") == EMBEDDED_MD5
