"""How faithful the engine is to the online rule: winners and codebooks against a float64 loop.

The rule is chaotic: where two units are almost equally near, rounding decides, and from there two
computations part. So there are two comparisons over an epoch of a run. In `compare_segments` each
form starts again, every so many samples, from the state of a float64 loop, so that what is counted
are its own deviations. In `compare_epochs` the forms run on by themselves, to show how far apart a
near tie takes them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config.experiments import Experiment
from ..engine.online.forms import choose_form
from ..engine.online.rule import Report, train_epoch
from ..files.checkpoints import Checkpoint
from ..model.kernels import neighbourhood
from ..model.lattice import ByOffset, Lattice
from ..model.samples import Samples, as_features
from ..training.epoch import presentation_order
from .plain_loop import walk

Array = NDArray[np.floating]
Row = dict[str, Any]
# Names of engines, and the arguments of `train_epoch` for each.
Engines = Mapping[str, Mapping[str, Any]]

# Samples after which the float64 loop is rounded to float32, and the engines start again from it.
SEGMENT = 1000
# Samples among which different winners are counted where engines run on by themselves.
WINDOW = 500
# Not a size that would be chosen by the cache.
OTHER_BLOCK_SIZE = 100

ENGINES: Engines = {
    "block, float32": {"form": "block"},
    "as chosen, float32": {},
    "block, float64": {"form": "block", "precision": "float64"},
    "as chosen, float64": {"precision": "float64"},
}
# With which the others are compared where they run on by themselves; and the same engine again, in
# other blocks and on another number of threads.
REFERENCE, REPEATED = "block, float64", "block, float64, other block size and threads"
# Engines that `compare_epochs` runs.
N_RUNS = len(ENGINES) + 1


class StudiedEpoch(NamedTuple):
    """An epoch of a run.

    Attributes
    ----------
    epoch : int
    codebook : float32 array of shape (n_units, n_features)
        Before the epoch.
    order : integer array of shape (n_presented,)
        The samples as they are presented: all, or the first ones.
    lattice : Lattice
    learning_rate, radius : float
        Those of this epoch.
    """

    epoch: int
    codebook: NDArray[np.float32]
    order: NDArray[np.integer]
    lattice: Lattice
    learning_rate: float
    radius: float


def study(
    checkpoint: Checkpoint, experiment: Experiment, seed: int, n_samples: int, n_first: int | None
) -> StudiedEpoch:
    """Return the epoch after a checkpoint, with all of `n_samples` or the first `n_first`."""
    epoch, schedule = int(checkpoint.metadata["epoch"]) + 1, experiment.to_schedule()
    return StudiedEpoch(
        epoch,
        checkpoint.codebook,
        presentation_order(seed, epoch, n_samples)[:n_first],
        experiment.lattice,
        schedule.learning_rate(epoch),
        schedule.radius(epoch),
    )


def compare_segments(
    studied: StudiedEpoch,
    samples: Samples,
    *,
    engines: Engines = ENGINES,
    threads: int = 1,
    segment: int = SEGMENT,
    report: Report | None = None,
) -> Iterator[Row]:
    """Run engines and a float64 loop through an epoch, from a common state in every segment.

    At each segment's start the loop's state is rounded to float32; engines and loop go on from
    that. So "as chosen" chooses its virtual units more often than it does in a whole epoch.

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
    engines : mapping
        From names to arguments of `train_epoch`.
    threads : int
        Of the engines and of the loop.
    segment : int
        Samples a segment.
    report : callable, optional
        Called with the number of samples after each segment.

    Yields
    ------
    dict
        A row for each segment and engine. `n_different` winners are not the loop's, the first of
        them at `first_different` (from 0; None if there is none). There the engine's winner is
        farther from the sample than the loop's by `relative_gap`, in squared distances from the
        loop's state. `codebook_error` is the relative Frobenius norm of the difference at the end,
        from the loop's state as it is; `checkpoint_error`, from that state rounded to float32, as
        engines round theirs, is without the part that is rounding alone. `n_weights_different`
        counts weights that differ from the rounded state; there is none where the result has the
        `same_bits_float32`.
    """
    eta = neighbourhood(studied.lattice, studied.radius)
    steps, codebook = studied.learning_rate * eta, studied.codebook
    forms = {name: _form(steps, options) for name, options in engines.items()}
    for number, start in enumerate(range(0, len(studied.order), segment)):
        order = studied.order[start : start + segment]
        part = studied._replace(codebook=codebook, order=order)
        winners = np.empty((len(engines), len(order)), np.int32)
        found = [
            _train(part, samples, eta, threads, options, row)
            for options, row in zip(engines.values(), winners, strict=True)
        ]
        state = codebook.astype(np.float64)
        # The loop measures the engines' winners, too, while it is where they part.
        seen = walk(state, as_features(samples[order], np.float64), steps, winners.T, threads)
        codebook = state.astype(np.float32)
        for column, name in enumerate(engines):
            differs = winners[column] != seen.winners
            first = int(np.argmax(differs)) if differs.any() else None
            gap = None
            if first is not None:
                nearest, other = seen.squares[first], seen.watched_squares[first, column]
                gap = float((other - nearest) / nearest)
            n_weights = _count_different(found[column], codebook)
            yield _common(studied) | {
                "engine": name,
                "form": forms[name],
                "segment": number,
                "n_samples": len(order),
                "n_different": int(differs.sum()),
                "first_different": first,
                "relative_gap": gap,
                "codebook_error": _relative_error(found[column], state),
                "checkpoint_error": _relative_error(found[column], codebook),
                "n_weights_different": n_weights,
                "same_bits_float32": n_weights == 0,
            }
        if report:
            report(len(order))


def compare_epochs(
    studied: StudiedEpoch,
    samples: Samples,
    *,
    threads: int = 1,
    window: int = WINDOW,
    report: Report | None = None,
) -> Iterator[Row]:
    """Run engines through an epoch, each by itself, and compare them with "block, float64".

    Parameters
    ----------
    samples : array of shape (n_samples, n_features)
    threads : int
    window : int
        Samples among which winners are compared.
    report : callable, optional
        Called with a number of samples after each block of each of the `N_RUNS` engines.

    Yields
    ------
    dict
        A row for each engine and window: `n_different` of `n_samples` winners from `first_sample`
        on are not the reference's, a share of `share_different`. `codebook_error` and
        `n_weights_different` are those at the epoch's end, the same in all its windows; both sides
        are rounded to float32 there.
    """
    eta = neighbourhood(studied.lattice, studied.radius)
    steps = studied.learning_rate * eta
    other = {"threads": 1 if threads > 1 else 2, "block_size": OTHER_BLOCK_SIZE}
    others = {name: options for name, options in ENGINES.items() if name != REFERENCE}
    others[REPEATED] = {**ENGINES[REFERENCE], **other}
    winners, expected = np.empty((2, len(studied.order)), np.int32)

    def run(options: Mapping[str, Any], noted: NDArray[np.int32]) -> NDArray[np.float32]:
        return _train(studied, samples, eta, threads, {**options, "report": report}, noted)

    reference = run(ENGINES[REFERENCE], expected)
    for name, options in others.items():
        result = run(options, winners)
        differs = winners != expected
        at_the_end = {
            "codebook_error": _relative_error(result, reference),
            "n_weights_different": _count_different(result, reference),
        }
        named = _common(studied) | {"engine": name, "form": _form(steps, options)}
        for number, start in enumerate(range(0, len(differs), window)):
            within = differs[start : start + window]
            yield (
                named
                | {
                    "window": number,
                    "first_sample": start,
                    "n_samples": len(within),
                    "n_different": int(within.sum()),
                    "share_different": float(within.mean()),
                }
                | at_the_end
            )


def _train(
    studied: StudiedEpoch,
    samples: Samples,
    eta: Array,
    threads: int,
    options: Mapping[str, Any],
    winners: NDArray[np.int32],
) -> NDArray[np.float32]:
    """Return the codebook after an epoch by `train_epoch` with these options."""
    usual = {
        "learning_rate": studied.learning_rate,
        "shape": studied.lattice.shape,
        "threads": threads,
        "winners": winners,
    }
    return train_epoch(studied.codebook, samples, studied.order, eta, **{**usual, **options})


def _common(studied: StudiedEpoch) -> Row:
    return {
        "epoch": studied.epoch,
        "radius": studied.radius,
        "learning_rate": studied.learning_rate,
    }


def _form(steps: Array, options: Mapping[str, Any]) -> str:
    """Return the form that an engine ran in, as far as it is known from outside."""
    table = steps.astype(options.get("precision", "float32"))
    form: str = options.get("form") or choose_form(ByOffset.of_table(table))
    return "virtual or blocks" if form == "virtual" else form


def _relative_error(found: Array, expected: Array) -> float:
    """Return the relative Frobenius norm of a difference, added up in float64."""
    expected = expected.astype(np.float64, copy=False)
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def _count_different(found: NDArray[np.float32], expected: NDArray[np.float32]) -> int:
    """Return how many weights differ in a bit."""
    return int((found.view(np.int32) != expected.view(np.int32)).sum())
