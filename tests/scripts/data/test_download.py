"""The download script passes data set, folder and mirror on to the library."""

import shutil

import pytest

from workflow.scripts.data import download
from workflow.som.data.downloads import EMBEDDED_MD5, Source
from workflow.som.data.sources import EMBEDDED, EMBEDDED_FILE
from workflow.som.files.atomic import digest
from workflow.som.files.errors import SomError


def test_the_embedded_digits_are_put_into_the_folder(tmp_path):
    download.main(tmp_path / "raw", dataset=EMBEDDED, mirror="")
    assert [path.name for path in (tmp_path / "raw").iterdir()] == [EMBEDDED_FILE]
    assert digest(tmp_path / "raw" / EMBEDDED_FILE, "md5") == EMBEDDED_MD5


def test_the_mirror_is_asked_first(tmp_path, monkeypatch):
    download.main(tmp_path / "mirror", dataset=EMBEDDED, mirror="")
    absent = Source(EMBEDDED_FILE, EMBEDDED_MD5, (str(tmp_path / "absent"),))
    monkeypatch.setattr("workflow.som.data.downloads.sources", lambda dataset: [absent])
    download.main(tmp_path / "raw", dataset=EMBEDDED, mirror=str(tmp_path / "mirror"))
    assert digest(tmp_path / "raw" / EMBEDDED_FILE, "md5") == EMBEDDED_MD5
    shutil.rmtree(tmp_path / "mirror")
    with pytest.raises(SomError, match=f"{EMBEDDED_FILE} could not be had .*absent"):
        download.main(tmp_path / "raw", dataset=EMBEDDED, mirror=str(tmp_path / "mirror"))
