"""The units nearest to each sample, exactly: the same result on any device.

`find`
    The way in.
`nearest`
    The result.
`dense`
    The plain search by all distances.
`pruned`, `pruned_scan`
    The search on CPUs, by bounds, and its compiled part.
`on_device`
    The search on a GPU.
"""
