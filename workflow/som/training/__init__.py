"""Training: one epoch, then a job of several that survives a kill.

`epoch`
    One epoch of a run. It determines the codebook, so it knows nothing of the modules below.
`finders`
    What finds the nearest units of all samples again and again.
`processes`
    The same in several processes that share the samples.
`measured_epochs`
    An epoch with its time and the errors of the map after it.
`runs`
    A job: its epochs, each kept as soon as it is finished, then published together.
`resume`
    Where finished epochs are kept and found again.
`launch`
    Starts several processes for a job, and waits for them.
`devices`, `memory`
    Which device a run trains on, and whether its map fits in memory.
"""
