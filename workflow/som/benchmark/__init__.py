"""What is measured about the engine itself, not about the maps that it makes.

`engine_times`
    How long it takes.
`faithfulness`
    How near it stays to the rule in float64.
`plain_loop`
    That rule, with what it sees on its way.
`peers`
    How long other libraries take for the same.
"""
