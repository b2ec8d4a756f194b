"""Other SOM libraries, each driven with this project's codebook, schedule and order.

Read `run.py` first. Every other module is the adapter of the library it is named after, and has

    RULES : dict of str to (str, str)
        For each rule that may be asked for, the rule that the library computes then, and a sentence
        on what differs from the one asked for ("" where nothing does).
    train(rule, samples, codebook, shape, epochs, threads)
        Train and return the codebook, (n_units, n_features) in any shape with that order.
        rule : "online" or "batch"
        samples : float32 array of shape (n_samples, n_features)
        codebook : float32 array of shape (n_units, n_features); it may be changed
        shape : the rows and columns of the map, units row-major
        epochs : `run.Epochs`; the time between one epoch and the next is that of the epoch
        threads : the limit, already set, for libraries that size their work by it

and, where they apply, VERSION (instead of the installed package's) and TAKES_BYTES (samples may be
bytes). `compare.py` asks them one after another, each in a process of its own.

But for `ours.py` and `compare.py` nothing here imports the project's own library: it runs in the
environment of `envs/peers.txt`.
"""
