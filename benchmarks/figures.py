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


@dataclass(frozen=True)
class Times:
    """How long a step took, in milliseconds, each time that somebody did it."""

    what: str
    database: str
    clients: int
    milliseconds: tuple[float, ...]

    def percentile(self, percent: int) -> float:
        """Return the time that so many percent of all stayed within (nearest rank)."""
        ordered = sorted(self.milliseconds)
        return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def clients_text(count: int) -> str:
    """Return a number of clients in words."""
    return "1 client" if count == 1 else f"{count} clients"


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


def times_table(times: Sequence[Times]) -> str:
    """Return how long steps took as a Markdown table, in milliseconds."""
    lines = ["| step | database | clients | median | 95 % | 99 % |", "|---|---|---:|---:|---:|---:|"]
    for each in times:
        figures = " | ".join(f"{each.percentile(percent):.0f} ms" for percent in (50, 95, 99))
        lines.append(f"| {each.what} | {each.database} | {each.clients} | {figures} |")
    return "\n".join(lines)
