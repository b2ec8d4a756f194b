"""Self-organizing maps: a library that knows neither Snakemake nor where files lie.

Samples become a trained map, and the map becomes tables and pictures, room by room:

    data → training → mapping → statistics → figures

`data` fetches the data sets and makes tables of images. `training` runs the epochs of a run and
keeps each one, so that a killed run goes on. `mapping` finds the units nearest to each sample.
`statistics` measures maps: purity, order, what chance or a codebook without a map would give.
`figures` draws those tables, one module per figure. All of them stand on four rooms: `files` (whole
files with checksums, logs, errors in one sentence), `config` (the configuration as experiments),
`model` (lattice, kernels, schedule, initial codebook) and `engine` (the online and batch rules, and
the search for the nearest units). At the side stand `classifier` (classifiers that learn from a
map's responses), `tsp` (a ring on the cities of a travelling salesman), `benchmark` (how fast the
engine is, how much memory it takes, and how close it is to the rule) and `provenance` (what made a
run, and its checksums).

`estimator` is the door for one's own Python, with `pip install .` as `som`:

    from som import SelfOrganizingMap, load

Start with `engine.online.rule`, the rule as it is written. The README of `workflow` has the tree of
the rooms and explains the engine.
"""

from importlib import import_module
from typing import Any

__all__ = ["SelfOrganizingMap", "load"]

# Not imported before somebody asks: the workflow's scripts need none of it, nor its time.
_HOMES = {
    "SelfOrganizingMap": "estimator.self_organizing_map",
    "load": "estimator.finished_run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
