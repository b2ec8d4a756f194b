"""Every peer computes the rules that it claims to compute, as written out in NumPy here.

The environment of the tests has only MiniSom. To test the other peers, install pytest in the
environment of `envs/peers.txt` and run there:
python -m pytest -c /dev/null --rootdir . --noconftest --import-mode=importlib tests/peers
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]  # not from `tests.project`: that needs more packages
SHAPE = (6, 5)  # not square, so that swapped rows and columns are noticed
RADII = np.array([2.0, 0.45])  # the second is below the smallest radius of some libraries
LEARNING_RATES = np.array([0.5, 0.3])

SAME_RULE = [
    ("ours", "online"),
    ("ours", "batch"),
    ("minisom", "online"),
    ("minisom", "batch"),
    ("fastersom", "batch"),
    ("xpysom", "batch"),
    ("python_som", "online"),
    ("python_som", "batch"),
    ("torchsom", "online"),
    ("quicksom", "online"),
    ("somoclu", "batch"),
    ("sparse_som", "batch"),
]
MINI_BATCH = [("torchsom", "batch"), ("quicksom", "batch")]
# Measured with a note on what differs; the tests are further down.
PARTICULAR = [("numbasom", "online"), ("sparse_som", "online")]
# Peers compute in float32 or float64 and sum in their own order; the 200 samples have no near ties.
# With half the radius the codebooks would differ by 0.3; the 10⁻⁵ in quicksom's exponent changes
# them by 4·10⁻⁶.
TOLERANCE = 2e-6


def example():
    generator = np.random.default_rng(0)
    return {
        "samples": generator.random((200, 12), dtype=np.float32),
        "codebook": generator.random((30, 12), dtype=np.float32),
        "shape": np.array(SHAPE),
        "learning_rates": LEARNING_RATES,
        "radii": RADII,
        "orders": np.stack([generator.permutation(200) for _ in RADII]),
        "threads": 1,
        "repeats": 2,
    }


def neighbourhood(bmu, radius):
    """Return h(c, j) of one BMU c for every unit j, shape (n_units,)."""
    row, column = np.divmod(np.arange(30), SHAPE[1])
    squared = (row - row[bmu]) ** 2 + (column - column[bmu]) ** 2
    return np.exp(-squared / (2 * radius**2))


def find_bmu(x, codebook):
    return np.argmin(((x - codebook) ** 2).sum(axis=1))


def online_by_hand(case):
    codebook, samples = case["codebook"].astype(float), case["samples"].astype(float)
    for rate, radius, order in zip(LEARNING_RATES, RADII, case["orders"], strict=True):
        for x in samples[order]:
            h = rate * neighbourhood(find_bmu(x, codebook), radius)
            codebook = codebook + h[:, None] * (x - codebook)
    return codebook


def numbasom_by_hand(case):
    """The online rule with NumbaSOM's kernel, exp(−d⁴ / 2R⁴) where d < R."""
    codebook, samples = case["codebook"].astype(float), case["samples"].astype(float)
    for rate, radius, order in zip(LEARNING_RATES, RADII, case["orders"], strict=True):
        for x in samples[order]:
            gaussian = neighbourhood(find_bmu(x, codebook), radius)
            squared = -2 * radius**2 * np.log(np.maximum(gaussian, 1e-300))
            h = np.where(squared < radius**2 - 1e-6, np.exp(-(squared**2) / (2 * radius**4)), 0)
            codebook = codebook + rate * h[:, None] * (x - codebook)
    return codebook


def batch_by_hand(case):
    codebook, samples = case["codebook"].astype(float), case["samples"].astype(float)
    for radius in RADII:
        h = np.array([neighbourhood(find_bmu(x, codebook), radius) for x in samples])
        codebook = (h.T @ samples) / h.sum(axis=0)[:, None]
    return codebook


BY_HAND = {"online": online_by_hand, "batch": batch_by_hand}


def relative_difference(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


@pytest.fixture
def run(tmp_path):
    """Run one peer as the benchmark does, or skip the test if the peer is not installed."""

    def run(peer, rule, case):
        # Somoclu's Python half can be installed without the compiled half.
        module = {"somoclu": "_somoclu_wrap", "ours": "numba"}.get(peer, peer)
        if find_spec(module) is None:
            pytest.skip(f"{peer} is not installed here; envs/peers.in says where")
        request, result = tmp_path / "request.npz", tmp_path / "result.npz"
        np.savez(request, peer=peer, rule=rule, **case)
        command = [sys.executable, "-m", "workflow.peers.run", str(request), str(result)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return dict(np.load(result))

    return run


def test_minisom_is_installed():
    assert find_spec("minisom"), "minisom is in the lock of the tests: its cases must run"


def test_every_adapter_has_a_case():
    adapters = {path.stem for path in (ROOT / "workflow" / "peers").glob("*.py")}
    tested = {peer for peer, _ in SAME_RULE + MINI_BATCH + PARTICULAR}
    assert tested == adapters - {"__init__", "run"}


@pytest.mark.parametrize(("peer", "rule"), SAME_RULE)
def test_peer_computes_the_rule(run, peer, rule):
    case = example()
    result = run(peer, rule, case)
    assert (result["rule"], result["note"]) == (rule, "")
    assert relative_difference(result["codebook"], BY_HAND[rule](case)) < TOLERANCE
    assert result["codebook"].dtype == np.float32
    assert result["seconds"].shape == (2, 2)
    assert (result["seconds"] > 0).all()
    assert result["peak_rss_bytes"] > 10_000_000
    assert str(result["version"])[0].isdigit() or peer == "ours"


@pytest.mark.parametrize(("peer", "rule"), MINI_BATCH)
def test_peer_without_the_rule_says_so(run, peer, rule):
    case = example()
    result = run(peer, rule, case)
    assert result["rule"] == "mini-batch"
    assert "No batch map" in str(result["note"])
    assert relative_difference(result["codebook"], batch_by_hand(case)) > 0.01


def test_numbasom_has_another_kernel(run):
    case = example()
    result = run("numbasom", "online", case)
    assert result["rule"] == "online, another kernel"
    assert "exp(−d⁴ / 2R⁴)" in str(result["note"])
    assert relative_difference(result["codebook"], numbasom_by_hand(case)) < TOLERANCE
    assert relative_difference(result["codebook"], online_by_hand(case)) > 0.01


def test_sparse_som_draws_the_samples_of_its_online_rule_by_the_clock(run):
    # The same in any order, and too few to make all units alike.
    samples, orders = np.ones((8, 12), dtype=np.float32), np.stack([np.arange(8) for _ in RADII])
    case = {**example(), "samples": samples, "orders": orders}
    result = run("sparse_som", "online", case)
    assert result["rule"] == "online"
    assert "by the clock" in str(result["note"])
    assert relative_difference(result["codebook"], online_by_hand(case)) < TOLERANCE


def test_ours_searches_the_codebooks_of_earlier_epochs_and_trains_the_same(run):
    case = example()
    earlier = np.random.default_rng(1).random((3, 30, 12), dtype=np.float32)
    alone, carried = (run("ours", "batch", one) for one in (case, {**case, "earlier": earlier}))
    np.testing.assert_array_equal(carried["codebook"], alone["codebook"])


@pytest.mark.parametrize("rule", ["online", "batch"])
def test_bytes_are_used_as_x_over_255(run, rule):
    case = example()
    pixels = np.random.default_rng(1).integers(0, 256, (200, 12), dtype=np.uint8)
    result = run("minisom", rule, {**case, "samples": pixels})
    expected = BY_HAND[rule]({**case, "samples": pixels / 255})
    assert relative_difference(result["codebook"], expected) < TOLERANCE


def test_repeats_start_from_the_same_codebook(run):
    once = run("minisom", "online", {**example(), "repeats": 1})
    twice = run("minisom", "online", example())
    np.testing.assert_array_equal(once["codebook"], twice["codebook"])


def test_a_rule_that_the_peer_lacks_is_an_error(tmp_path):
    np.savez(tmp_path / "request.npz", peer="minisom", rule="growing", **example())
    command = [sys.executable, "-m", "workflow.peers.run"]
    files = [str(tmp_path / "request.npz"), str(tmp_path / "result.npz")]
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "minisom has no rule 'growing', only online, batch." in done.stderr
    assert not (tmp_path / "result.npz").exists()
