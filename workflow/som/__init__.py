"""Self-organizing maps: a library that knows neither Snakemake nor where files lie.

The engine
    `engine` (the rules by which a map learns), `lattice`, `kernels`, `initialisation`, `schedule`,
    `features`, `devices`, `training` (one epoch of a run).
A run
    `runs` (the epochs of one job), `resume` (what survives a kill).
What a map does
    `search` (nearest units, errors), `activations`, `places`, `purity`, `u_matrix`, `figures`,
    `quality` (measures of maps), `stability` (what maps of several seeds agree on), `comparison`.
What that is worth
    `worth` (single-digit units against the images shown), `controls` (codebooks without a map).
What can be learnt from a map
    `classifier` (its answers to an image as features, beside controls).
A ring on cities
    `tsp` (cities, the ring, its tours, other ways as controls).
What the engine does
    `measuring` (times, and faithfulness to the rule).
Files
    `sources`, `downloads`, `datasets`, `checkpoints`, `tables`, `summaries`, `files`, `errors`,
    `logs`.
Configuration
    `config` (experiments), `config_schema` (what is refused, and how it is said).
"""
