"""1-NN against scikit-learn's."""

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from workflow.som.classifier.nearest_neighbour import nearest_neighbour


def test_nearest_neighbour_is_scikit_learns():
    images = np.random.default_rng(0).integers(0, 256, (300, 12)).astype(np.uint8)
    labels = np.random.default_rng(1).integers(0, 10, 250).astype(np.uint8)
    witness = KNeighborsClassifier(1, algorithm="brute").fit(images[:250] / 255.0, labels)
    found = nearest_neighbour(images[:250], labels, images[250:])
    np.testing.assert_array_equal(found, witness.predict(images[250:] / 255.0))
