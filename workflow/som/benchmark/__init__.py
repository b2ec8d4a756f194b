"""What is measured about the engine itself, not about the maps that it makes.

`engine_times` (how long it takes), `peers` (how long other libraries take), `time_summaries`
(medians and ratios of both), `faithfulness` (how near it stays to the rule in float64),
`plain_loop` (that rule).
"""
