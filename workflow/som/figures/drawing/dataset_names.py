"""What people call the data sets that are known; those of the user's own keep their names."""

WORDS = {
    "mnist": "MNIST",
    "mnist_5000": "5,000 digits of MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "kmnist": "KMNIST",
    "emnist_digits": "EMNIST Digits",
    "qmnist": "QMNIST",
}


def dataset_in_words(dataset: str) -> str:
    """Return what people call a data set.

    Examples
    --------
    >>> dataset_in_words("fashion_mnist"), dataset_in_words("my_wines")
    ('Fashion-MNIST', 'my_wines')
    """
    return WORDS.get(dataset, dataset)
