"""What a learner has sent in an attempt and what was acknowledged: the ground on which the end is judged."""

import json
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from werkzeug.datastructures import MultiDict

from quizzes.attempt_forms import posted_answers
from quizzes.kinds import PostedFields, Response

Read = Callable[[int, PostedFields], Response]


@dataclass
class Change:
    """An answer of one page to one question, however often it was sent."""

    item: int
    writer: str
    sequence: int
    response: Response
    #: The revision that its page knew.
    base: int = 0
    #: How often it was sent without an answer, whether its keeping was acknowledged, and under which revision.
    unheard: int = 0
    kept: bool = False
    revision: int | None = None

    def may_follow(self, earlier: "Change") -> bool:
        """Tell whether this one may replace an earlier one by the stated rules: as the same page's next, or knowing it.

        One that says the same is as good as the other.
        """
        if self.response == earlier.response:
            return True
        if self.writer and self.writer == earlier.writer:
            return self.sequence > earlier.sequence
        return earlier.revision is not None and self.base >= earlier.revision


class Ledger:
    """The changes of one learner, fed with the bodies that were sent and the answers that came back."""

    def __init__(self, read: Read) -> None:
        self.log: list[str] = []
        self.faults: list[str] = []
        self.heard: dict[str, int] = {}
        self.submits_acknowledged = 0
        self._read = read
        self._changes: dict[tuple[int, str, int, str], Change] = {}
        self._told: dict[tuple[int, int], Response] = {}
        self._lock = Lock()
        self._began = time.monotonic()

    def note(self, text: str) -> None:
        """Write a line into the learner's own log."""
        self.log.append(f"{time.monotonic() - self._began:7.3f} {text}")

    def sends(self, body: str) -> list[Change]:
        """Note what is about to be sent; until :meth:`hears` nobody knows whether it arrives."""
        found = []
        with self._lock:
            for item, answer in posted_answers(MultiDict(urllib.parse.parse_qsl(body, keep_blank_values=True))).items():
                response = self._read(item, answer.fields)
                key = (item, answer.writer, answer.sequence, "" if answer.writer else json.dumps(response))
                fresh = Change(item, answer.writer, answer.sequence, response)
                change = self._changes.setdefault(key, fresh)
                change.base = max(change.base, answer.base_revision)
                change.unheard += 1
                found.append(change)
        self.note("sends " + "; ".join(map(_words, found)))
        return found

    def hears(self, changes: Iterable[Change], status: int, told: Mapping[str, Any]) -> None:
        """Note what the server said about changes that were sent in one request."""
        self.note(f"hears {status} {json.dumps(told, ensure_ascii=False)}")
        with self._lock:
            for change in changes:
                change.unheard -= 1
                self._hears_of(change, told)

    def hears_refusal(self, changes: Iterable[Change], status: int) -> None:
        """Note that a request as a whole was refused."""
        self.note(f"hears {status}")
        with self._lock:
            for change in changes:
                change.unheard -= 1

    def _hears_of(self, change: Change, told: Mapping[str, Any]) -> None:
        stored, phase = told["answers"][str(change.item)], told["phase"]
        response = self._read(change.item, stored["fields"])
        if stored["revision"] and self._told.setdefault((change.item, stored["revision"]), response) != response:
            self.faults.append(f"two answers to {change.item} were told as revision {stored['revision']}")
        if phase not in ("open", "late"):
            return self._count("ended")
        if change.item in told["conflicts"]:
            return self._count("conflict")
        if change.item in told["refused"]:
            return self._count("refused")
        self._count(f"kept {phase}")
        change.kept = True
        if response == change.response:
            change.revision = min(change.revision or stored["revision"], stored["revision"])
        elif not (change.writer and stored["sequence"] > change.sequence):
            self.faults.append(f"kept, it was said, but something else was shown: {_words(change)}")
        return None

    def _count(self, what: str) -> None:
        self.heard[what] = self.heard.get(what, 0) + 1

    def judge(self, stored: Mapping[int, Response]) -> Iterator[str]:
        """Yield what is wrong with the answers that are stored at the end, by item."""
        yield from self.faults
        for item in sorted({change.item for change in self._changes.values()} | stored.keys()):
            sent = [one for one in self._changes.values() if one.item == item]
            possible = [one for one in sent if one.kept or one.unheard > 0]
            end = stored.get(item)
            if end is not None and not any(one.response == end for one in possible):
                yield f"item {item}: {end} is stored, and was never sent, or was refused"
            for kept in (one for one in sent if one.kept):
                if not any(one.response == end for one in _heirs(kept, possible)):
                    yield f"item {item}: {end} is stored, and {_words(kept)} was acknowledged"


def _heirs(kept: Change, possible: list[Change]) -> list[Change]:
    """Return the change and everything that may have replaced it, one after the other."""
    found = [kept]
    for earlier in found:
        found += [one for one in possible if not any(one is known for known in found) and one.may_follow(earlier)]
    return found


def _words(change: Change) -> str:
    said = json.dumps(change.response, ensure_ascii=False)
    return f"{change.item} {change.writer[:4]}#{change.sequence} on {change.base}: {said}"
