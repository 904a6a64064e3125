"""Which questions a quiz asks of its banks, whether they are there, and the draw. Pure: no web, no database, no clock.

A section asks for so many questions of a bank, of one topic or difficulty when it says so; without a number it takes
all that fit. Sections may share questions, and a question comes once in an attempt. Therefore they are judged together,
as a matching of questions to places: a question that two sections could use goes where it lets both be filled.

Sections that take all come first, in their order; the others draw from what these leave. So every attempt has the same
number of questions.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Asks(Protocol):
    """What a section asks for; an empty topic or difficulty takes any question, no count takes all that fit."""

    @property
    def bank_id(self) -> int: ...  # noqa: D102
    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def difficulty(self) -> str: ...  # noqa: D102
    @property
    def draw_count(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class Candidate:
    """A published question that sections may ask for. ``topic`` may name several topics, with commas between."""

    question_id: int
    question_version_id: int
    bank_id: int
    topic: str
    difficulty: str


@dataclass(frozen=True)
class Shortfall:
    """Sections (by place, from 0) that want more questions than there are for them.

    ``taken`` more would fit, and belong to sections that take all.
    """

    sections: tuple[int, ...]
    wanted: int
    available: int
    taken: int = 0

    @property
    def missing(self) -> int:
        """Return how many questions are missing."""
        return self.wanted - self.available


@dataclass(frozen=True)
class PoolEntry:
    """A question that may be drawn."""

    question_id: int
    question_version_id: int


@dataclass(frozen=True)
class PoolSection:
    """A part of a quiz: draw so many of these, each worth so many points. Without a count all are taken."""

    entries: tuple[PoolEntry, ...]
    draw_count: int | None
    points: int


@dataclass(frozen=True)
class DrawnItem:
    """A question of an attempt and the points it is worth."""

    question_version_id: int
    points: int


@dataclass(frozen=True, order=True)
class Seen:
    """How often somebody saw a question, and when last."""

    times: int
    last_at: datetime


def topics_of(topic: str) -> tuple[str, ...]:
    """Return the topics that a question names: ``N4, N19`` names two."""
    return tuple(name.strip() for name in topic.split(",") if name.strip())


def fits(section: Asks, candidate: Candidate) -> bool:
    """Tell whether a section may take a question."""
    if candidate.bank_id != section.bank_id or section.difficulty not in ("", candidate.difficulty):
        return False
    return not section.topic or section.topic.casefold() in map(str.casefold, topics_of(candidate.topic))


def pools_of(sections: Sequence[Asks], candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return the questions that each section may take, in the order of the candidates."""
    return [[candidate for candidate in candidates if fits(section, candidate)] for section in sections]


def shortfalls(sections: Sequence[Asks], pools: Sequence[Sequence[Candidate]]) -> list[Shortfall]:
    """Return exactly what is missing for all sections to be filled at once; nothing when they can be.

    A section that has too few by itself is named alone; sections that have enough one by one but not together are named
    together. What is missing adds up to the least number of questions that would have to be written.
    """
    counts, ids = [section.draw_count for section in sections], [[one.question_id for one in pool] for pool in pools]
    whole, sharing = _split(counts, ids)
    free = _sizes(len(counts), sharing)
    found = []
    for number, count in enumerate(counts):
        available = len(whole[number]) if count is None else free[number]
        if available < (count or 1):
            found.append(Shortfall((number,), count or 1, available, len(ids[number]) - available))
    matching = _Matching(_room(counts, free), sharing)
    matching.take_all(sharing)
    return found + matching.entangled()


def draw(
    sections: Sequence[PoolSection],
    *,
    shuffle_questions: bool,
    rng: random.Random,
    seen: Mapping[int, Seen] | None = None,
    avoid_seen: bool = False,
) -> list[DrawnItem]:
    """Draw the questions of an attempt, section by section, in the author's order unless they are shuffled.

    Guaranteed: as many places are filled as can be filled at all. No question comes twice. With ``avoid_seen`` no other
    draw that fills as many has fewer questions seen before; of those, the ones seen least often, then longest ago come
    first. Equally fresh questions of a section that shares none come with equal chance; where sections share questions
    each still has a chance. The least number of seen questions holds for the attempt, not for each section by itself.

    :param rng: where chance comes from; the same state gives the same attempt.
    :param seen: what the person saw before, by question id; read with ``avoid_seen`` alone.
    """
    counts = [section.draw_count for section in sections]
    whole, sharing = _split(counts, [[entry.question_id for entry in section.entries] for section in sections])
    order = list(sharing)
    rng.shuffle(order)
    if avoid_seen and seen:
        # The sets of questions that can be placed at once are the independent sets of a matroid: taking what fits in
        # this order takes the best set there is. Sorting keeps chance among equals.
        known = sorted((one for one in order if one in seen), key=lambda one: seen[one])
        order = [one for one in order if one not in seen] + known
    matching = _Matching(_room(counts, _sizes(len(counts), sharing)), sharing)
    matching.take_all(order)
    items: list[DrawnItem] = []
    for number, section in enumerate(sections):
        chosen = whole[number].union(matching.held[number])
        entries = [entry for entry in section.entries if entry.question_id in chosen]
        if shuffle_questions:
            rng.shuffle(entries)
        items += [DrawnItem(entry.question_version_id, section.points) for entry in entries]
    return items


def _split(
    counts: Sequence[int | None], pools: Sequence[Sequence[int]]
) -> tuple[list[set[int]], dict[int, tuple[int, ...]]]:
    """Return what each section that takes all takes, and for every other question the sections that may draw it."""
    whole: list[set[int]] = [set() for _ in counts]
    reserved: set[int] = set()
    for number, pool in enumerate(pools):
        if counts[number] is None:
            whole[number] = set(pool) - reserved
            reserved |= whole[number]
    sharing: dict[int, tuple[int, ...]] = {}
    for number, pool in enumerate(pools):
        if counts[number] is not None:
            for question in pool:
                if question not in reserved:
                    sharing[question] = (*sharing.get(question, ()), number)
    return whole, sharing


def _sizes(sections: int, sharing: Mapping[int, tuple[int, ...]]) -> list[int]:
    """Return how many questions each section may draw from, whatever the others draw."""
    sizes = [0] * sections
    for numbers in sharing.values():
        for number in numbers:
            sizes[number] += 1
    return sizes


def _room(counts: Sequence[int | None], free: Sequence[int]) -> list[int]:
    """Return how many places each section has to fill that could be filled if it were alone."""
    return [min(count or 0, there) for count, there in zip(counts, free, strict=True)]


class _Matching:
    """Questions in the places of sections. What was taken stays; it may move to another section that can use it."""

    def __init__(self, room: Sequence[int], sharing: Mapping[int, tuple[int, ...]]) -> None:
        self.room, self.sharing = room, sharing
        self.held: list[list[int]] = [[] for _ in room]
        #: Sections that can take no more however questions move, and never will: they move among themselves only.
        self.closed: set[int] = set()

    def take_all(self, questions: Iterable[int]) -> None:
        """Take the questions one by one where they fit, until every place is filled."""
        left = sum(self.room)
        for question in questions:
            if not left:
                return
            left -= self._take(question)

    def _take(self, question: int) -> bool:
        """Place a question, moving others along the shortest way to a free place; tell whether there was one."""
        starts = [number for number in self.sharing[question] if number not in self.closed]
        #: By section: the question that would move in, and the section that it leaves.
        reached: dict[int, tuple[int, int | None]] = dict.fromkeys(starts, (question, None))
        queue = list(reached)
        for number in queue:
            if len(self.held[number]) < self.room[number]:
                self._move(number, reached)
                return True
            for moving in self.held[number]:
                for other in self.sharing[moving]:
                    if other not in reached and other not in self.closed:
                        reached[other] = (moving, number)
                        queue.append(other)
        self.closed.update(reached)
        return False

    def _move(self, number: int, reached: Mapping[int, tuple[int, int | None]]) -> None:
        target: int | None = number
        while target is not None:
            question, left = reached[target]
            self.held[target].append(question)
            if left is not None:
                self.held[left].remove(question)
            target = left

    def entangled(self) -> list[Shortfall]:
        """Return the groups of sections that lack questions together."""
        holder = {question: number for number, held in enumerate(self.held) for question in held}
        groups: list[set[int]] = []
        for number in range(len(self.room)):
            if len(self.held[number]) < self.room[number]:
                group = self._competitors(number, holder)
                shared = [other for other in groups if other & group]
                groups = [other for other in groups if other not in shared] + [group.union(*shared)]
        return [
            Shortfall(
                tuple(sorted(group)),
                sum(self.room[number] for number in group),
                sum(len(self.held[number]) for number in group),
            )
            for group in groups
        ]

    def _competitors(self, number: int, holder: Mapping[int, int]) -> set[int]:
        """Return the sections that hold what a short section could use, and those that hold what they could use."""
        group, queue = {number}, [number]
        for short in queue:
            for question, numbers in self.sharing.items():
                if short in numbers and question in holder and holder[question] not in group:
                    group.add(holder[question])
                    queue.append(holder[question])
        return group
