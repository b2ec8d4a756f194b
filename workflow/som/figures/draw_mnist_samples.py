"""What the data set looks like: a sheet of its images, one column per digit."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..data.classes import N_CLASSES

GAP = 2  # pixels between images


def arrange_samples(
    pixels: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    image_shape: tuple[int, int],
    n_rows: int,
) -> NDArray[np.uint8]:
    """Lay out the first `n_rows` images of each digit below one another, dark on white.

    A place stays white where there are fewer.

    Returns
    -------
    uint8 array, of `N_CLASSES` columns and `n_rows` rows of images with `GAP` pixels between them
    """
    height, width = image_shape
    steps = height + GAP, width + GAP
    sheet = np.full((n_rows * steps[0] - GAP, N_CLASSES * steps[1] - GAP), 255, np.uint8)
    for digit in range(N_CLASSES):
        chosen = np.flatnonzero(labels == digit)[:n_rows]
        for row, sample in enumerate(chosen):
            top, left = row * steps[0], digit * steps[1]
            image = 255 - pixels[sample].reshape(image_shape)
            sheet[top : top + height, left : left + width] = image
    return sheet


def draw_mnist_samples(
    figure: Figure,
    sheet: NDArray[np.uint8],
    image_shape: tuple[int, int],
    *,
    dataset: str,
    n_samples: int,
) -> None:
    """Draw the sheet that `arrange_samples` made, with the digits above their columns."""
    ax = figure.add_subplot()
    ax.imshow(sheet, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    height, width = image_shape
    ax.set(
        xticks=np.arange(N_CLASSES) * (width + GAP) + (width - 1) / 2,
        xticklabels=range(N_CLASSES),
        yticks=[],
        xlabel=f"the first of each digit among {n_samples:,} images of {dataset}",
    )
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    for tick in ax.get_xticklabels():
        tick.set(fontsize=9, fontweight="bold")
    ax.spines[:].set_visible(False)
