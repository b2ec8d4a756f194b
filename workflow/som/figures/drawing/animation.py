"""What the animations share: text in few greys, and saving."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ...files.atomic import write_atomically

# The first colours of a picture's palette are greys for text, from black to white.
N_GREYS = 16
INK, PAPER = 0, N_GREYS - 1


def save_animation(
    paths: Iterable[Path | str],
    frames: Sequence[Image.Image],
    *,
    frame_ms: int,
    last_frame_ms: int,
) -> None:
    """Write frames to each of `paths`, as a PNG or GIF by its suffix, that repeats for ever.

    Whoever cannot play a PNG sees the last frame, which shows what came of it.
    """
    durations = [frame_ms] * (len(frames) - 1) + [last_frame_ms]
    for path in paths:
        is_png = Path(path).suffix == ".png"
        has_still = is_png and len(frames) > 1
        pictures = [frames[-1], *frames] if has_still else list(frames)
        # Other formats know no picture that stands outside the animation.
        options: dict[str, Any] = {"default_image": True} if has_still else {}
        with write_atomically(path) as temporary:
            pictures[0].save(
                temporary,
                save_all=True,
                append_images=pictures[1:],
                duration=durations if len(frames) > 1 else last_frame_ms,
                loop=0,
                optimize=False,
                **options,
            )


def write_text(
    frame: Image.Image, at: tuple[float, float], text: str, size: int, *, bold: bool = False
) -> None:
    """Write dark text on a light ground, smoothed in the greys of the palette."""
    mask = Image.new("L", frame.size)
    ImageDraw.Draw(mask).text(at, text, fill=255, font=font(size, bold=bold))
    ink = np.asarray(mask) // (256 // N_GREYS)
    pixels = np.asarray(frame)
    frame.paste(Image.fromarray(np.where(ink > 0, PAPER - ink, pixels).astype(np.uint8)))


def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the font of all figures, `size` pixels high."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", name), size)
