"""What a run has measured, and the table in which it is printed."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 3


@dataclass(frozen=True)
class Figure:
    """Ours against a floor on the same machine in the same run; ``aim`` is the ratio that we want to stay below."""

    what: str
    database: str
    ours: float
    floor: float
    unit: str
    aim: float | None = None

    @property
    def ratio(self) -> float:
        """Return how many times the floor ours is."""
        return self.ours / self.floor


def paired(ours: Callable[[], float], floor: Callable[[], float]) -> tuple[float, float]:
    """Return the medians of several rounds of each, taken in turns so that a busy moment hits both."""
    pairs = [(ours(), floor()) for _ in range(ROUNDS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| what | database | ours | floor | ratio | aim |", "|---|---|---:|---:|---:|---:|"]
    for each in figures:
        aim = "" if each.aim is None else f"≤ {each.aim:g}"
        measured = f"{each.ours:.2f} {each.unit} | {each.floor:.2f} {each.unit} | {each.ratio:.2f}"
        lines.append(f"| {each.what} | {each.database} | {measured} | {aim} |")
    return "\n".join(lines)
