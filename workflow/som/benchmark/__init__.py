"""Measurements of the engine itself, not of the maps that it makes.

`engine_times`
    How long it takes.
`peers`
    How long other libraries take for the same.
`time_summaries`
    Medians and ratios of both.
`faithfulness`
    How near it stays to the rule in float64.
`plain_loop`
    That rule, which also records winners and distances.
"""
