"""Several processes train the map that one trains; when some are killed, the same job goes on."""

import copy
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.project import CONFIG, ROOT
from workflow.som.config.experiments import experiments_from
from workflow.som.data.datasets import read_images, write_images_in_parts, write_samples
from workflow.som.files.checkpoints import load_checkpoint
from workflow.som.files.tables import read_table
from workflow.som.training.runs import Run

N_SAMPLES = 5000
LAUNCHED = Path(__file__).with_name("launched.py")
STORED = Path(__file__).with_name("share_of_stored.py")


class Launched:
    """A training job in several processes, in a folder of its own."""

    def __init__(self, folder, images, epochs=5, **others):
        self.folder, self.epochs = folder, epochs
        folder.mkdir()
        config = copy.deepcopy(CONFIG)
        config["experiments"]["tiny"] = {
            "dataset": "mnist",
            "shape": [5, 4],
            "rule": "batch",
            "schedule": "to_final",
            "radius": 3.0,
            "epochs": epochs,
            "device": "cpu",
        }
        self.settings = {
            "images": str(images),
            "previous": None,
            "checkpoints": [str(folder / f"{epoch}.safetensors") for epoch in range(epochs + 1)],
            "activations": [str(folder / f"{epoch}.parquet") for epoch in range(epochs + 1)],
            "name": "tiny",
            "config": config,
            "seed": 0,
            "settings": {},
            "first_epoch": 0,
            "resume": str(folder / ".resume"),
            "threads": 1,
            "logs": [str(folder / "log")],
            **others,
        }
        (folder / ".resume").mkdir()

    def start(self, processes=2, tasks=1):
        file = self.folder / "settings.json"
        file.write_text(json.dumps(self.settings))
        return subprocess.Popen(
            [sys.executable, LAUNCHED, file, str(processes), str(tasks)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, processes=2, tasks=1):
        process = self.start(processes, tasks)
        _, text = process.communicate(timeout=100)
        return process.returncode, text

    def alone(self):
        """Train the same in this process."""
        given = self.settings
        experiment = experiments_from(given["config"])["tiny"]
        images = read_images(given["images"])
        run = Run("tiny", experiment, 0, {}, images, Path(given["resume"]), threads=2)
        run.train(range(self.epochs + 1), None, self.outputs())
        return self.codebooks()

    def outputs(self):
        pairs = zip(self.settings["checkpoints"], self.settings["activations"], strict=True)
        return [(Path(a), Path(b)) for a, b in pairs]

    def codebooks(self):
        return [load_checkpoint(path).codebook for path, _ in self.outputs()]

    def kept(self):
        return sorted((self.folder / ".resume").glob("epoch_*.safetensors"))

    def workers(self):
        """Return the process ids of the workers, the first process first."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                command = (path / "cmdline").read_bytes()
                environment = (path / "environ").read_bytes().split(b"\0")
            except OSError:
                continue  # It has ended in the meantime.
            if str(self.folder).encode() in command and b"train_share.py" in command:
                ranks = [entry for entry in environment if entry.startswith(b"RANK=")]
                found |= {int(rank[5:]): int(path.name) for rank in ranks}
        return [found[rank] for rank in sorted(found)]


@pytest.fixture(params=["bytes", "features"])
def images(request, tmp_path):
    """Return the path of a table of samples, and how far codebooks may differ."""
    generator = np.random.default_rng(4)
    values = generator.integers(0, 256, (N_SAMPLES, 4, 4)).astype(np.uint8)
    sample, labels = np.arange(N_SAMPLES, dtype=np.int32), generator.integers(0, 10, N_SAMPLES)
    path, labels = tmp_path / "train.parquet", labels.astype(np.uint8)
    if request.param == "bytes":
        write_images_in_parts(path, sample, labels, (4, 4), [values], {"dataset": "mnist"})
        return path, 0
    metadata = {
        "scaling": json.dumps({"kind": "none", "offset": [0.0] * 16, "factor": [1.0] * 16}),
        "class_names": json.dumps([str(digit) for digit in range(10)]),
        "dataset": "mnist",
    }
    features = (values.reshape(-1, 16) / np.float32(70)).astype(np.float32)
    write_samples(path, sample, features, labels, metadata)
    return path, 1e-6


def assert_same(launched, alone, tolerance):
    for found, expected in zip(launched.codebooks(), alone.codebooks(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    for (_, found), (_, expected) in zip(launched.outputs(), alone.outputs(), strict=True):
        (found, of_found), (expected, of_expected) = read_table(found), read_table(expected)
        for column in ("sample", "label", "bmu", "second_bmu"):
            np.testing.assert_array_equal(found[column], expected[column])
        rows = [json.loads(of["history"]) for of in (of_found, of_expected)]
        assert rows[0]["topographic_error"] == rows[1]["topographic_error"]
        assert rows[0]["quantization_error"] == pytest.approx(rows[1]["quantization_error"])


def test_the_map_is_that_of_one_process(tmp_path, images):
    path, tolerance = images
    processes = 2 if tolerance else 3
    alone = Launched(tmp_path / "alone", path)
    alone.alone()
    launched = Launched(tmp_path / "launched", path)
    assert launched.run(processes) == (0, "")
    assert_same(launched, alone, tolerance)
    *_, last = launched.outputs()
    made_with = json.loads(read_table(last[1]).metadata["made_with"])
    assert (made_with["processes"], made_with["threads"]) == (processes, 1)
    assert (tmp_path / "launched" / "log").read_text().count("Epoch ") == 6


@pytest.mark.parametrize("images", ["bytes"], indirect=True)
def test_samples_that_stay_in_their_file_are_shared_too(tmp_path, images):
    """The file has two groups, of 4,096 and 904 samples; of three processes one has none."""
    alone = Launched(tmp_path / "alone", images[0])
    alone.alone()
    launched = Launched(tmp_path / "launched", images[0], script=str(STORED))
    assert launched.run(3) == (0, "")
    assert_same(launched, alone, 0)


@pytest.mark.parametrize("images", ["bytes"], indirect=True)
@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_process_ends_the_job_in_a_sentence(tmp_path, images, victim):
    launched = Launched(tmp_path / "launched", images[0], epochs=100)
    process = launched.start()
    kill_after_epoch_3(launched, process, lambda: os.kill(launched.workers()[victim], 9))
    _, text = process.communicate(timeout=60)
    assert process.returncode == 1
    assert text == (
        "Error: One of the processes that train together was killed or failed: run the same "
        "command again, and it goes on from the last finished epoch.\n"
    )
    nothing_is_left(launched)


@pytest.mark.parametrize("images", ["bytes"], indirect=True)
def test_asked_to_stop_it_ends_after_its_epoch_and_goes_on(tmp_path, images):
    launched = Launched(tmp_path / "launched", images[0], epochs=100)
    process = launched.start()
    kill_after_epoch_3(launched, process, lambda: process.send_signal(signal.SIGTERM))
    _, text = process.communicate(timeout=60)
    assert process.returncode == 143, text
    assert "Stopped before epoch" in (launched.folder / "log").read_text()
    n_kept = nothing_is_left(launched)
    status, _ = launched.run()
    assert status == 0
    log = (launched.folder / "log").read_text()
    assert f"Epochs up to {n_kept - 1} were finished before" in log
    alone = Launched(tmp_path / "alone", images[0], epochs=100)
    alone.alone()
    assert_same(launched, alone, 0)


def kill_after_epoch_3(launched, process, kill):
    deadline = time.monotonic() + 100
    while len(launched.kept()) < 4:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    kill()


def nothing_is_left(launched):
    """Nothing was published, and nobody is at work; return how many epochs were kept."""
    n_kept = len(launched.kept())
    assert 4 <= n_kept < 101
    assert not launched.outputs()[0][0].exists()
    assert not list((launched.folder / ".resume").glob("processes_*"))
    assert launched.workers() == []
    return n_kept


@pytest.mark.parametrize("images", ["bytes"], indirect=True)
def test_the_sentence_of_an_error_is_the_jobs(tmp_path, images):
    content = bytearray(images[0].read_bytes())
    content[len(content) // 2] ^= 1
    images[0].write_bytes(content)
    status, text = Launched(tmp_path / "a", images[0]).run()
    assert status == 1
    assert text.splitlines()[-1].startswith(f"Error: {images[0]} is damaged")


@pytest.mark.parametrize(
    ("processes", "tasks", "sentence"),
    [
        (3, 2, "processes is 3, which 2 tasks cannot share evenly: set processes to a multiple"),
        (2, 2, "tasks is 2, which works in a SLURM job alone"),
    ],
)
def test_tasks_that_do_not_fit_are_refused(tmp_path, processes, tasks, sentence):
    status, text = Launched(tmp_path / "a", "images.parquet").run(processes, tasks)
    assert status == 1
    assert sentence in text
