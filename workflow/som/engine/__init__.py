"""The engine: the rules by which a map learns, each plainly first and then fast.

`online` (the online rule as it is written, and the choice of the form that runs), `blocks` (the
block form on CPUs), `scan` (its compiled part), `eager` (the block form in torch operations).
"""
