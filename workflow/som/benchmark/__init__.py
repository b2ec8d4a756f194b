"""What is measured about the engine itself, not about the maps that it makes.

`engine` (how long it takes), `faithfulness` (how near it stays to the rule in float64),
`plain_loop` (that rule), `machine` (what it was measured on).
"""
