"""The engine: the rules by which a map learns, each plainly first and then fast.

`online`
    The online rule, sample by sample.
`batch`
    The batch rule, all units at once.
`search`
    The units nearest to each sample.
`axes`, `tiles`, `workers`
    What these share: the directions by which distances are bounded, bounds in tiles, threads.
"""
