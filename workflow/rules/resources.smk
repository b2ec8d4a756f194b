"""What jobs ask of a cluster: more each time they are tried again."""

import math


def growing(amount):
    """A resource of which a job gets `amount` more each time it is tried again."""

    def resource(wildcards, attempt):
        return attempt * amount

    return resource


def training_memory(experiment):
    """Megabytes that a training job may take: 1.3 GB were measured with 2,500 units."""
    tables_of_units = 16 * experiment.n_units**2 / 1e6
    return 4000 + math.ceil(tables_of_units)


def training_minutes(experiment, epochs):
    """Minutes that a training job may take, several times what two cores needed.

    Epochs of 60,000 images on 2,500 units took 5 s on average, with another kernel 30 s.
    """
    return 5 + math.ceil(len(epochs) * experiment.n_units / 2500 / 2)
