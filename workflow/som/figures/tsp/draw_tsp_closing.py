"""The ring closing in on the cities, frame by frame."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ...tsp.snapshots import Snapshot
from ..drawing.animation import N_GREYS, PAPER, write_text
from .draw_tsp_tour import length_and_gap

# The picture's palette: greys for text and cities, then the ring.
CITY, RING = 5, N_GREYS
RING_COLOUR = (172, 58, 84)
MARGIN = 16  # pixels
HEADER = 44
LEAST_WIDTH = 380  # Room for the header.


def draw_frames(
    points: NDArray[np.float64],
    snapshots: Sequence[Snapshot],
    tour: NDArray[np.int64],
    metadata: Mapping[str, str],
    *,
    size: int,
) -> list[Image.Image]:
    """Draw one frame per snapshot of the ring, and a last one of the tour.

    Frames share one palette and differ in few pixels, which keeps the animation small.

    Parameters
    ----------
    points : array of shape (n_cities, 2)
    snapshots : sequence of Snapshot
    tour : integer array of shape (n_cities,)
    metadata : mapping
        `instance`, `length`, `length_rounded` and `optimum`, as in `draw_tour`.
    size : int
        Pixels along the longer side of the cities.
    """
    low, extent = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-300)
    high = points.max(axis=0)
    across, upright = np.rint(np.ptp(points, axis=0) / extent * size).astype(int)
    left = MARGIN + max(0, LEAST_WIDTH - int(across)) // 2

    def on_picture(places: NDArray[np.float64]) -> list[tuple[float, float]]:
        x = left + (places[:, 0] - low[0]) / extent * size
        y = HEADER + (high[1] - places[:, 1]) / extent * size  # North is up.
        return list(zip(x.tolist(), y.tolist(), strict=True))

    whole = (max(int(across), LEAST_WIDTH) + 2 * MARGIN, int(upright) + HEADER + MARGIN)
    lines = [
        (
            on_picture(each.ring),
            f"epoch {each.epoch}, {len(each.ring):,} units, σ = {each.radius:,.1f} units",
        )
        for each in snapshots
    ]
    lines.append((on_picture(points[tour]), f"shortest tour: {length_and_gap(metadata)}"))
    title = f"{metadata['instance']}: {len(points):,} cities"
    return [_draw_frame(whole, on_picture(points), line, title, note) for line, note in lines]


def _draw_frame(
    size: tuple[int, int],
    cities: list[tuple[float, float]],
    line: list[tuple[float, float]],
    title: str,
    note: str,
) -> Image.Image:
    """Draw cities, a closed line over them, and the numbers above the frame."""
    frame = Image.new("L", size, PAPER)
    draw = ImageDraw.Draw(frame)
    radius = 2 if len(cities) <= 1000 else 1 if len(cities) <= 4000 else 0
    for x, y in cities:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=CITY)
    draw.line([*line, line[0]], fill=RING, width=2 if radius else 1)
    write_text(frame, (MARGIN, 5), title, 14, bold=True)
    write_text(frame, (MARGIN, 24), note, 12)
    greys = np.linspace(0, 255, N_GREYS).astype(int).repeat(3).tolist()
    frame.putpalette([*greys, *RING_COLOUR])
    return frame
