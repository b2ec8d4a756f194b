"""What people call the experiments that are compared; their own keep their names."""

WORDS = {
    "article": "square, online",
    "article_batch": "square, batch",
    "torus": "square, edges joined",
    "hexagonal_torus": "hexagonal, edges joined",
    "block_3d": "block of 3 axes",
    "block_4d": "block of 4 axes",
    "start_sample": "start at images",
    "start_pca": "start on two principal axes",
    "decay_linear": "radius falls linearly",
    "kernel_gaussian": "Gaussian",
    "kernel_cut_gaussian": "cut Gaussian",
    "kernel_bubble": "bubble",
    "kernel_mexican_hat": "Mexican hat",
    "kernel_printed": "as printed in the article",
    "replicate_both": "other order, other start",
    "replicate_order": "other order, same start",
    "replicate_start": "same order, other start",
    "replicate_batch": "batch, other start",
}


def in_words(experiment: str) -> str:
    """Return what people call an experiment.

    Examples
    --------
    >>> in_words("replicate_start"), in_words("my_map")
    ('same order, other start', 'my map')
    """
    return WORDS.get(experiment, experiment.replace("_", " "))
