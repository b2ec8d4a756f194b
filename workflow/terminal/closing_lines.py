"""The end of a run: what was found and what to open, or what failed and why."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from workflow.som.config.experiments import Experiment, natural_radius
from workflow.som.files.atomic import write_atomically
from workflow.som.files.summaries import read_summary
from workflow.som.files.tables import read_table
from workflow.som.statistics.findings import (
    benchmark_findings,
    classifier_findings,
    comparison_findings,
    run_findings,
    tour_findings,
    worth_findings,
)

RESULTS = Path("results")
# A radius so many times what fits the lattice is worth a word.
FAR = 3


def findings_of(
    target: str, experiments: Mapping[str, Experiment], folders: Mapping[str, str]
) -> list[str]:
    """Return the findings of a target that is built; an empty list if it has none.

    Parameters
    ----------
    experiments : mapping
        By name; the target of an experiment bears its name.
    folders : mapping
        The target to which each comparison belongs.
    """
    folder = RESULTS / target
    if target in experiments:
        return _of_experiment(target, experiments[target])
    if target in folders.values():
        lines = []
        for name in (one for one, its_target in folders.items() if its_target == target):
            runs = read_table(folder / f"{name}.parquet").frame
            lines += comparison_findings(name, runs, str(folder / "figures" / f"{name}.png"))
        return lines
    if target == "worth":
        worth = read_table(folder / "worth.parquet")
        n_units = int(worth.metadata["n_units"])
        return worth_findings(worth.frame, n_units, str(folder / "figures/worth.png"))
    if target == "classifier":
        scores = read_table(folder / "scores.parquet").frame
        return classifier_findings(scores, str(folder / "figures/classifier_scores.png"))
    if target == "tsp":
        summary = read_table(folder / "summary.parquet").frame
        return tour_findings(summary, str(folder / "figures/tsp_gaps.png"))
    if target == "benchmark":
        peers, segments = (
            read_table(folder / f"{name}.parquet").frame
            for name in ("peers", "faithfulness_segments")
        )
        return benchmark_findings(peers, segments, str(folder / "figures/benchmark_peers.png"))
    return []


def _of_experiment(name: str, experiment: Experiment) -> list[str]:
    runs = [RESULTS / name / f"seed_{seed}" for seed in experiment.seeds]
    last = f"purity/epoch_{experiment.epochs:03d}.json"
    to_open = runs[0] / "explorer.html"
    if not to_open.exists():  # Neither tables have one nor images without classes.
        to_open = runs[0] / "figures/component_planes.png"
    to_open = to_open if len(runs) == 1 else RESULTS / name
    lines = run_findings([read_summary(run / last) for run in runs], str(to_open))
    return [*lines[:-1], *of_radius(experiment), lines[-1]]


def of_radius(experiment: Experiment) -> list[str]:
    """Return a line about a radius that moved all units alike for many epochs, or nothing."""
    if experiment.shape is None or experiment.radius is None:
        return []
    natural = natural_radius(experiment.topology, experiment.shape)
    if experiment.radius <= FAR * natural:
        return []
    times = f"{experiment.radius / natural:.0f} times"
    return [f"  ! radius {experiment.radius:g} is {times} the usual {natural:g} of this lattice"]


def keep(target: str, lines: Iterable[str]) -> None:
    """Write findings among the logs, for whoever has closed the terminal."""
    path = RESULTS / "logs" / target / "findings.log"
    with write_atomically(path) as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def why(log: str, message: str = "") -> str:
    """Return the sentence with which a step ended, from its log file, or else `message`.

    The last line is the message of an error; a process that was killed had no time to write one.
    """
    path = Path(log)
    text = path.read_text("utf-8", "replace").rstrip() if path.exists() else ""
    lines = text.splitlines()
    if lines and (lines[-1].startswith("Error: ") or "Traceback" in text):
        return lines[-1]
    if message and not lines:
        return f"Error: {message}"
    return (
        "Error: it ended without a word in its log: what it said stands above, or else it was "
        "killed, perhaps for want of memory; run the same command again, and it goes on from there."
    )
