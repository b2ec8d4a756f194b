"""What is counted and measured of maps, for tables and for figures.

One map
    `purity` (how well units recognise one class), `u_matrix`, `component_planes` (one feature over
    all units), `quality` (how well a map follows its samples and keeps their neighbourhoods),
    `clusters` (of units, without classes), `map_units` (reads the tables of units).
Several maps
    `stability` (which samples stay neighbours), `comparison` (experiments side by side).
What single-digit units are worth
    `worth` (measured draw by draw), `worth_averages` (over the draws), `prototypes` (controls
    without a map, also those of the classifier).
For all of them
    `intervals` (of shares and means), `findings` (results in a few lines).
"""
