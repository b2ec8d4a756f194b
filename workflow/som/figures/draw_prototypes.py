"""Every unit's weight vector as an image, laid out as the lattice: one exact picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..model.lattice import Lattice
from ..statistics.component_planes import Planes
from .drawing.animation import font
from .drawing.style import MOST_PIXELS, wrapped
from .drawing.tile_order import folds, unit_tiles

PAPER = 255
# A title has 14 pixels, and so many more that it can be read where the picture is a page wide.
LEAST_TEXT, PAGE = 14, 7.0  # pixels, inches
TEXT_POINTS, LEAST_LINE = 8, 7  # a line is so many times as wide as high, or the picture's width
FOLD = 215  # where one row of a folded line goes on in the next


def prototypes_finding(planes: Planes, epoch: int, n_dead: int, looks: str) -> str:
    """Return how alike adjacent units are, and what the dead ones look like.

    Examples
    --------
    >>> planes = Planes(np.zeros((4, 1)), np.ones(1), np.ones(1), shared=0.7, n_of_half=1)
    >>> prototypes_finding(planes, 9, 0, "in grey")
    'After epoch 9, adjacent units share 70 % of how all 4 differ (by chance: 0)'
    """
    n_units = len(planes.codebook)
    if np.isnan(planes.shared):
        title = f"After epoch {epoch}, no two adjacent units of {n_units:,} differ"
    else:
        title = (
            f"After epoch {epoch}, adjacent units share {100 * planes.shared:.0f} % of how all "
            f"{n_units:,} differ (by chance: 0)"
        )
    if n_dead:
        title += f"; {n_dead:,} dead {'one' if n_dead == 1 else 'ones'} {looks}"
    return title


def tile_prototypes(
    codebook: NDArray[np.floating],
    lattice: Lattice,
    image_shape: tuple[int, int],
    dead: NDArray[np.bool_],
    *,
    dead_grey: int,
    n_colours: int = 1,
) -> NDArray[np.uint8]:
    """Lay out the weight vectors as images, dark on white, one pixel per feature.

    Parameters
    ----------
    codebook : array of shape (n_units, n_features)
        Values beyond [0, 1] are drawn as the nearest of these.
    lattice : Lattice
    image_shape : (height, width) of one image
    dead : bool array of shape (n_units,)
        Units that get a frame.
    dead_grey : int
        Brightness of the frame, 0 (black) to 255 (white).
    n_colours : int
        Numbers per pixel: 1 is ink on paper, 3 are red, green and blue.

    Returns
    -------
    uint8 array with a line of one pixel around each image
    """
    height, width = image_shape
    images = np.rint(np.clip(codebook, 0, 1) * PAPER).astype(np.uint8)
    if n_colours == 1:
        images = PAPER - images
    depth = () if n_colours == 1 else (n_colours,)
    # Down to whole pixels, so that all shifted rows have images at the same distance.
    corners = np.floor(unit_tiles(lattice) * (height + 1, width + 1) + 1e-9).astype(int)
    size = corners.max(axis=0) + (height + 2, width + 2)
    sheet = np.full((*size, *depth), PAPER, np.uint8)
    for unit in folds(lattice):
        (top, left), (bottom, _) = corners[unit], corners[unit + 1]
        sheet[top + height + 2 : bottom, left + 1 : left + 1 + width] = FOLD
    # Frames first: a living unit keeps the line that it shares with a dead one only in part.
    for top, left in corners[dead]:
        sheet[top : top + height + 2, left : left + width + 2] = dead_grey
    for (top, left), image in zip(corners, images, strict=True):
        sheet[top + 1 : top + 1 + height, left + 1 : left + 1 + width] = image.reshape(
            *image_shape, *depth
        )
    return sheet


def enlarge(sheet: NDArray[np.uint8], least_width: int) -> Image.Image:
    """Return the sheet as a picture, each pixel repeated until it is `least_width` wide or more.

    A side of more than `MOST_PIXELS` is shrunk to that: the mean of some pixels is one.
    """
    most = max(sheet.shape[:2])
    if most > MOST_PIXELS:
        return Image.fromarray(sheet).reduce(-(-most // MOST_PIXELS))
    factor = max(1, min(-(-least_width // sheet.shape[1]), MOST_PIXELS // most))
    return Image.fromarray(sheet.repeat(factor, axis=0).repeat(factor, axis=1))


def titled(picture: Image.Image, title: str) -> Image.Image:
    """Return a picture below its title, which has as many lines as it needs."""
    size = max(LEAST_TEXT, round(picture.width / PAGE * TEXT_POINTS / 72))
    lines = wrapped(title, max(picture.width, LEAST_LINE * size) / 72, size).splitlines()
    room = round(1.4 * size) * len(lines) + size // 2
    paper = PAPER if picture.mode == "L" else (PAPER,) * 3
    whole = Image.new(picture.mode, (picture.width, picture.height + room), paper)
    whole.paste(picture, (0, room))
    ink = 0 if picture.mode == "L" else (0, 0, 0)
    pen, style = ImageDraw.Draw(whole), font(size, bold=False)
    for number, line in enumerate(lines):
        place = 3, 3 + round(1.4 * size) * number
        pen.text(place, line, fill=ink, font=style)
    return whole
