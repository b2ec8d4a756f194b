"""How many classes the data sets have, and their names: whoever needs these finds them here."""

# All data sets are of digits, or of ten kinds of clothes or letters.
N_CLASSES = 10
DIGITS = tuple("0123456789")
NAMES = {
    "fashion_mnist": (
        *("T-shirt", "trousers", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "boot"),
    ),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
}


def class_names(dataset: str) -> tuple[str, ...]:
    """Return the names of a data set's classes, label 0 first.

    Examples
    --------
    >>> class_names("mnist")[7], class_names("fashion_mnist")[8]
    ('7', 'bag')
    """
    return NAMES.get(dataset, DIGITS)
