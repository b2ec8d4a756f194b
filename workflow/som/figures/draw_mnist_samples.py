"""What the data set looks like: a sheet of its images, one column per class."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..data.classes import noun_for
from .drawing.dataset_names import dataset_in_words
from .drawing.style import shortened, write_title

GAP = 2  # pixels between images
USUAL_COLUMNS, MOST_COLUMNS = 10, 20


def first_of_each(
    labels: NDArray[np.integer], names: Sequence[str], n_rows: int
) -> tuple[list[NDArray[np.int64]], list[str]]:
    """Return the first samples of each class in columns, and what stands above each column.

    Few classes have several columns each, and of many classes only the first are shown. Samples
    without classes (no names) just follow one another.

    Examples
    --------
    >>> columns, headings = first_of_each(np.array([0, 1] * 50), ["a", "b"], 3)
    >>> len(columns), columns[0].tolist(), headings[:5]
    (10, [0, 10, 20], ['', '', 'a', '', ''])
    """
    n_classes = max(1, min(len(names), MOST_COLUMNS))
    n_columns = max(1, USUAL_COLUMNS // n_classes)
    columns, headings = [], []
    for one in range(n_classes):
        samples = np.flatnonzero(labels == one) if names else np.arange(len(labels))
        samples = samples[: n_rows * n_columns]
        columns += [samples[column::n_columns] for column in range(n_columns)]
        middle = (n_columns - 1) // 2
        headings += [names[one] if names and at == middle else "" for at in range(n_columns)]
    return columns, headings


def arrange_samples(
    images: NDArray[np.floating], columns: Sequence[NDArray[np.integer]], n_rows: int
) -> NDArray[np.uint8]:
    """Lay out images below one another in columns.

    Parameters
    ----------
    images : array of shape (n_samples, height, width, n_colours)
        From 0 to 1. Grey ones (n_colours 1) are drawn dark on white.
    columns : sequence of integer arrays
        The images of each column; a place stays white where there are fewer than `n_rows`.

    Returns
    -------
    uint8 array of shape (height, width, n_colours), with `GAP` pixels between images
    """
    height, width, n_colours = images.shape[1:]
    steps = height + GAP, width + GAP
    size = n_rows * steps[0] - GAP, len(columns) * steps[1] - GAP, n_colours
    sheet = np.full(size, 255, np.uint8)
    for column, chosen in enumerate(columns):
        for row, sample in enumerate(chosen):
            top, left = row * steps[0], column * steps[1]
            image = np.rint(255 * images[sample]).astype(np.uint8)
            image = 255 - image if n_colours == 1 else image
            sheet[top : top + height, left : left + width] = image
    return sheet


def samples_caption(
    columns: Sequence[NDArray[np.integer]], names: Sequence[str], n_samples: int, dataset: str
) -> str:
    """Return which images the columns from `first_of_each` hold.

    Examples
    --------
    >>> samples_caption([np.array([0, 2])], ["a"], 9, "mine")
    'the first of each class among 9 test images of mine'
    """
    among = f"{n_samples:,} test images of {dataset_in_words(dataset)}"
    if sum(map(len, columns)) == n_samples:
        return f"all {among}"
    return f"the first of each {noun_for(names)} among {among}" if names else f"some of {among}"


def draw_mnist_samples(
    figure: Figure,
    sheet: NDArray[np.uint8],
    names: Sequence[str],
    *,
    caption: str,
) -> None:
    """Draw the sheet that `arrange_samples` made, with a name above each column."""
    ax = figure.add_subplot()
    # One number per pixel is drawn as grey.
    shown = sheet[..., 0] if sheet.shape[2] == 1 else sheet
    ax.imshow(shown, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    step = (sheet.shape[1] + GAP) / len(names)
    ax.set(
        xticks=np.arange(len(names)) * step + (step - GAP - 1) / 2,
        xticklabels=[shortened(name, max(2, 90 // len(names))) for name in names],
        yticks=[],
    )
    write_title(figure, f"{caption[:1].upper()}{caption[1:]}")
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    for tick in ax.get_xticklabels():
        tick.set(fontsize=9, fontweight="bold")
    ax.spines[:].set_visible(False)
