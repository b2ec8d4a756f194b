"""sparse-som: both rules in C++, which skip the zeros of samples; the batch rule with OpenMP.

Its Gaussian may have any width, but ends at a distance on the lattice. Here that is ten times R,
where no weight is left that matters, or the whole map. Samples are made sparse before the times.
"""

from scipy.sparse import csr_matrix
from sparse_som import BSom, Som, cooling

RULES = {
    "online": (
        "online",
        "It draws its samples at random, by the clock, so its codebook cannot be compared.",
    ),
    "batch": ("batch", ""),
}


def train(rule, samples, codebook, shape, epochs, threads):
    """Train one epoch a call; see `workflow.peers`."""
    samples = csr_matrix(samples)
    som = (Som if rule == "online" else BSom)(*shape, samples.shape[1])
    som.codebook = codebook.astype(som.codebook.dtype).reshape(*shape, -1)
    for epoch in epochs:
        reach = min(10 * epoch.radius, max(shape))
        settings = {"r0": reach, "rN": reach, "std": epoch.radius / reach}
        if rule == "online":
            rate = epoch.learning_rate
            som.train(samples, tmax=samples.shape[0], a0=rate, aN=rate, **settings)
        else:
            # The linear cooling divides by the number of epochs less one.
            som.train(samples, epochs=1, cool=cooling.EXPONENTIAL, **settings)
    return som.codebook.copy()  # its own is freed with the map
