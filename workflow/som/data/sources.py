"""Which files each data set comes in.

The rules need nothing but these names, so this module imports nothing that takes time.
"""

from typing import NamedTuple


class SourceFiles(NamedTuple):
    """Names of a data set's original files; an embedded data set has a single one."""

    train_images: str
    train_labels: str
    test_images: str
    test_labels: str


def _idx_files(train: str, test: str, labels: str = "idx1-ubyte") -> SourceFiles:
    return SourceFiles(
        f"{train}-images-idx3-ubyte.gz",
        f"{train}-labels-{labels}.gz",
        f"{test}-images-idx3-ubyte.gz",
        f"{test}-labels-{labels}.gz",
    )


EMBEDDED = "mnist_5000"
EMBEDDED_FILE = "mnist_5k.csv.gz"
DATASETS = {
    "mnist": _idx_files("train", "t10k"),
    "fashion_mnist": _idx_files("train", "t10k"),
    "kmnist": _idx_files("train", "t10k"),
    "emnist_digits": _idx_files("emnist-digits-train", "emnist-digits-test"),
    "qmnist": _idx_files("qmnist-train", "qmnist-test", labels="idx2-int"),
    EMBEDDED: SourceFiles(*[EMBEDDED_FILE] * 4),
}


def source_names(dataset: str) -> list[str]:
    """Return the names of a data set's original files, each once."""
    return sorted(set(DATASETS[dataset]))
