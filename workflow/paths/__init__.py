"""Paths of files: the rules ask here, theme by theme, for their inputs and targets.

`runs` (an experiment's runs, from data to figures), `comparisons` (runs side by side),
`travelling_salesman` (instances and their tours).
"""
