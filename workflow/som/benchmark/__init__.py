"""Measurements of the engine itself, not of the maps that it makes.

`engine_times`
    How long it takes.
`peers`
    How long other libraries take for the same.
`time_summaries`
    Medians and ratios of both.
`memory_points`
    How much memory training takes: at which sizes it is measured.
`memory_of_training`
    The process that is measured.
`peak_memory`
    The most that a process has held.
`memory_summaries`
    The measured memory next to its floors and predictions.
`faithfulness`
    How near it stays to the rule in float64.
`plain_loop`
    That rule, which also records winners and distances.
"""
