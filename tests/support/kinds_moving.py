"""Matching, ordering and categorising in tests: questions in short, and their right answers."""

from functools import cache

from quizzes.kinds.categorise import Categorise
from quizzes.kinds.matching import Matching
from quizzes.kinds.ordering import Ordering
from tests.support.questions import CONTENT

MATCHING, ORDERING, CATEGORISE = Matching(), Ordering(), Categorise()
KINDS = [MATCHING, ORDERING, CATEGORISE]
PART = {MATCHING: "rows", ORDERING: "items", CATEGORISE: "rows"}
HOLDER = {MATCHING: "pairs", ORDERING: "ranks", CATEGORISE: "places"}
FIELD = {MATCHING: "pair_", ORDERING: "rank_", CATEGORISE: "place_"}


def pairs(*rows, distractors=(), rule="partial"):
    typed_rows = [{"text": text, "target": target} for text, target in rows]
    return MATCHING.compose(
        {"rows": typed_rows, "distractors": [{"text": text} for text in distractors], "rule": rule}, None
    )


def boxes(*targets, of=2, rule="partial"):
    rows = [{"text": f"Mục {place}", "target": target} for place, target in enumerate(targets)]
    categories = [{"text": f"Nhóm {place}"} for place in range(of)]
    return CATEGORISE.compose({"rows": rows, "targets": categories, "rule": rule}, None)


def steps(count, rule="pairs"):
    return ORDERING.compose({"items": [{"text": f"Bước {place}"} for place in range(count)], "rule": rule}, None)


@cache
def example(kind):
    return kind.compose(CONTENT[kind.name], None)


def right_answer(kind, spec):
    if kind is ORDERING:
        return {"ranks": {key: place for place, key in enumerate(spec.keys, start=1)}}
    return {HOLDER[kind]: {row.key: row.target for row in spec.rows if row.target}}


def placed(kind, spec, *places):
    """Put rows to targets by number, None for nowhere."""
    keys = list(spec.target_texts)
    return {
        HOLDER[kind]: {row: keys[place] for row, place in zip(spec.keys, places, strict=False) if place is not None}
    }


def ranked(spec, *ranks):
    return {"ranks": {key: rank for key, rank in zip(spec.keys, ranks, strict=False) if rank}}
