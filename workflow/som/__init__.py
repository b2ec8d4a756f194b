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
engine is, and how close to the rule) and `provenance` (what made a run, and its checksums).

Start with `engine.online.rule`, the rule as it is written. The README of `workflow` has the tree of
the rooms and explains the engine.
"""
