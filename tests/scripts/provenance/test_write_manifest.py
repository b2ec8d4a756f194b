"""The manifest of a run, compared with values that the test computes itself."""

import hashlib
from importlib.metadata import version

from tests.scripts.conftest import MANIFEST_SETTINGS
from workflow.som.files.summaries import read_summary


def test_everything_that_made_a_run_is_there(listed):
    manifest = read_summary(listed.manifest)
    assert (manifest["experiment"], manifest["seed"]) == ("tiny", 3)
    assert manifest["configuration"]["shape"] == list(listed.experiment.shape)
    assert manifest["configuration"]["epochs"] == listed.experiment.epochs
    assert manifest["settings"] == MANIFEST_SETTINGS
    assert (manifest["device"], manifest["threads"]) == ("cpu", 1)
    assert manifest["versions"]["torch"] == version("torch")
    assert manifest["durations"] == {"train_som_000_002": 1.25}
    assert len(manifest["artifacts"]) == 9
    for name, entry in manifest["artifacts"].items():
        content = (listed.folder / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["bytes"] == len(content)
