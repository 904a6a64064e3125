"""Charts as plain geometry; ``templates/macros/charts.html`` draws them as SVG in the colours of the theme. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

#: The drawing in units of its own; on a phone a unit is somewhat less than a pixel.
WIDTH, HEIGHT = 400, 220
#: Room above the bars for their figures, and below them for the scale.
TOP, BOTTOM = 24, 28


@dataclass(frozen=True)
class Bar:
    """A bar: its corner, its size, the middle of its figure, and what it counts."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    count: int


@dataclass(frozen=True)
class Histogram:
    """Bars side by side over a scale; ``ticks`` are place and number of its marks, ``line`` a place that is marked."""

    width: int
    height: int
    base: int
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, int], ...]
    line: float | None


def histogram(counts: Sequence[int], *, line: float | None = None) -> Histogram:
    """Return the bars of counts, each one step of the scale wide, the first from 0 to 1.

    :param line: a place on the scale to mark, such as the pass mark.
    """
    step, most, base = WIDTH / (len(counts) + 1), max(counts, default=0) or 1, HEIGHT - BOTTOM
    left = step / 2
    bars = []
    for place, count in enumerate(counts):
        tall = round((base - TOP) * count / most, 1)
        x = round(left + place * step + 1, 1)
        middle = round(left + (place + 0.5) * step, 1)
        bars.append(Bar(x, round(base - tall, 1), round(step - 2, 1), tall, middle, count))
    ticks = tuple((round(left + place * step, 1), place) for place in range(len(counts) + 1))
    marked = None if line is None else round(left + line * step, 1)
    return Histogram(WIDTH, HEIGHT, base, tuple(bars), ticks, marked)
