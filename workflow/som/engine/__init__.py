"""The engine: the rules by which a map learns, each plainly first and then fast.

The online rule
    `online` (as it is written, and the way in), `forms` (which form runs when), `blocks` and
    `scan` (the block form and its compiled part), `virtual` (units that carry a smooth codebook),
    `lazy` and `lazy_scan` (the form for small neighbourhoods), `workers` (threads).
On other devices
    `eager` (the block form in torch operations), `cuda` and `triton_scan` (in few launches),
    `device_search` (nearest units).
"""
