"""A simulated learner: answers by the protocol of an attempt's page, over a network that fails in every way.

What a learner does follows from a seed and a number, so a failure can be played again; when things happen does not.
"""

import string
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from core import clock
from quizzes.kinds import Response, kind_of
from tests.support.ledger import Change, Ledger
from tests.support.wire import Answer, CutOff, Visitor

JSON = "application/json"
#: A learner tries this often to get through to a server that goes away, and rests so many seconds in between.
TRIES, REST = 60, 0.1
Specs = Mapping[int, tuple[str, Any]]


def any_response(kind: str, spec: Any, rng: Random) -> Response:
    """Return a random answer to a question of any kind that says something."""
    if kind in ("single_choice", "multiple_choice"):
        count = rng.randint(1, len(spec.keys)) if kind == "multiple_choice" else 1
        return {"chosen": rng.sample(spec.keys, count)}
    if kind in ("matching", "categorise"):
        places = {key: rng.choice(list(spec.target_texts)) for key in spec.keys}
        return {"pairs" if kind == "matching" else "places": places}
    if kind == "ordering":
        return {"ranks": dict(zip(spec.keys, rng.sample(range(1, len(spec.keys) + 1), len(spec.keys)), strict=True))}
    if kind == "gaps":
        filled = {gap.key: rng.choice(gap.options).key if gap.options else _text(rng) for gap in spec.gaps}
        return {"gaps": filled}
    if kind == "case_study":
        return {"parts": {part.key: any_response(part.kind, part.spec, rng) for part in spec.parts}}
    return {"text": str(rng.randint(1, 9)) if kind == "numeric" else _text(rng)}


def _text(rng: Random) -> str:
    return f"Báo cáo & xin ý kiến lần {rng.randint(1, 10_000)}"


@dataclass
class Tab:
    """An open page of the attempt: its mark as a writer, and the revisions that it has shown. One without script has
    no mark.
    """

    writer: str
    token: str
    known: dict[int, int]
    count: int = 0


@dataclass(frozen=True)
class Typed:
    """A change in a page, ready to be sent."""

    tab: Tab
    item: int
    fields: Mapping[str, Sequence[str]]
    sequence: int
    base: int
    given: int

    def pairs(self) -> list[tuple[str, str]]:
        """Return it as the page posts it."""
        marks: dict[str, Any] = {"revision": self.base}
        if self.tab.writer:
            marks |= {"writer": self.tab.writer, "sequence": self.sequence, "given": self.given, "seconds": 3}
        said = [(f"{name}-{self.item}", value) for name, values in self.fields.items() for value in values]
        return [(f"{name}-{self.item}", str(value)) for name, value in marks.items()] + said


@dataclass
class Learner:
    """A person with an open attempt, and everything that has passed between them and the server."""

    number: int
    seed: int
    staff_code: str
    attempt_id: int
    specs: Specs
    #: When they say that they have typed, if not now.
    typed_at: datetime | None = None
    leaves_essay: bool = False
    visitor: Visitor = field(init=False)
    ledger: Ledger = field(init=False)
    ended: bool = False

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed} {self.number}")
        self.ledger = Ledger(lambda item, fields: kind_of(self.specs[item][0]).read(self.specs[item][1], fields))

    @property
    def path(self) -> str:
        """Return the address of the attempt."""
        return f"/attempts/{self.attempt_id}"

    # ---- What a learner does ---------------------------------------------------------------------------------------

    def sit(self) -> None:
        """Answer every question in some way, some of them twice, and end the attempt in some way."""
        tab = self.opened()
        wanted = [item for item, (kind, _) in self.specs.items() if kind != "essay" or not self.leaves_essay]
        work = self.rng.sample(wanted, len(wanted)) + self.rng.sample(wanted, 1)
        while work and not self.ended:
            items = list({work.pop() for _ in range(min(len(work), self.rng.choice((1, 3, 4))))})
            way = self.rng.choices(list(WAYS), weights=list(WAYS.values()))[0]
            self.ledger.note(way.__name__)
            tab = way(self, tab, items)
        end = self.rng.choices(list(ENDS), weights=list(ENDS.values()))[0]
        self.ledger.note(end.__name__)
        end(self, tab)

    def plainly(self, tab: Tab, items: list[int]) -> Tab:
        """Answer, and wait for the acknowledgement; now and then the same request comes once more."""
        changes = [self.typed(tab, item) for item in items]
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            self.deliver(changes)
        return tab

    def cut_off(self, tab: Tab, items: list[int]) -> Tab:
        """Send without hearing the answer, or only a part; then send the same again, or something newer."""
        changes = [self.typed(tab, item) for item in items]
        self.hang_up(changes, share=self.rng.choice((1.0, 1.0, self.rng.random())))
        if self.rng.random() < 0.5:
            changes = [self.typed(tab, item) for item in items]
        if self.rng.random() < 0.8:
            self.deliver(changes)
        return tab

    def overtaken(self, tab: Tab, items: list[int]) -> Tab:
        """Send a newer change before the older one, or both at once."""
        first, second = ([self.typed(tab, item) for item in items] for _ in range(2))
        if self.rng.random() < 0.5:
            self.together(lambda: self.deliver(first), lambda: self.deliver(second))
        else:
            self.deliver(second)
            self.deliver(first)
        return tab

    def in_a_stale_tab(self, tab: Tab, items: list[int]) -> Tab:
        """Answer in another tab that was opened before, with or without script; where answers differ, decide."""
        other = Tab(self.rng.choice((self._mark(), self._mark(), "")), tab.token, dict(tab.known))
        self.deliver([self.typed(tab, item) for item in items])
        self.deliver([self.typed(other, item) for item in items])
        return other if other.writer else tab

    def in_two_tabs_at_once(self, tab: Tab, items: list[int]) -> Tab:
        """Answer in two tabs at the same moment."""
        other = Tab(self._mark(), tab.token, dict(tab.known))
        one, two = ([self.typed(each, item) for item in items] for each in (tab, other))
        self.together(lambda: self.deliver(one), lambda: self.deliver(two))
        return self.rng.choice((tab, other))

    def reopened(self, tab: Tab, items: list[int]) -> Tab:
        """Lose the page with what it has sent last, open it anew, and go on there; the old one's change comes late."""
        lost = [self.typed(tab, item) for item in items]
        self.hang_up(lost)
        fresh = self.opened()
        self.deliver([self.typed(fresh, item) for item in items])
        self.deliver(lost)
        return fresh

    def signed_out(self, tab: Tab, items: list[int]) -> Tab:
        """Sign out in another tab, and answer; that is refused until they have signed in again."""
        answer = self.reach(lambda: self.visitor.post("/sign-out", {"csrf_token": tab.token}))
        assert answer.status in (302, 400, 401), answer.status
        self.deliver([self.typed(tab, item) for item in items])
        return tab

    # ---- How it ends ----------------------------------------------------------------------------------------------

    def hands_in(self, tab: Tab) -> None:
        """Hand in, and once more."""
        for _ in range(2):
            self.submit(tab)

    def hands_in_unheard(self, tab: Tab) -> None:
        """Hand in without hearing the answer, and perhaps again."""
        self.visitor.hang_up(f"{self.path}/submit", {"csrf_token": tab.token})
        if self.rng.random() < 0.7:
            self.submit(tab)

    def hands_in_while_saving(self, tab: Tab) -> None:
        """Hand in twice while a last answer is on its way."""
        last = [self.typed(tab, item) for item in self.rng.sample(list(self.specs), 3)]
        self.together(lambda: self.deliver(last), lambda: self.submit(tab), lambda: self.submit(tab))

    def leaves(self, _tab: Tab) -> None:
        """Go away without handing in."""

    # ---- By which means ---------------------------------------------------------------------------------------------

    def typed(self, tab: Tab, item: int, said: Mapping[str, Sequence[str]] | None = None) -> Typed:
        """Return a change of a tab, by default a random one."""
        kind, spec = self.specs[item]
        fields = said or kind_of(kind).fields(spec, any_response(kind, spec, self.rng))
        tab.count += 1
        at = self.typed_at if self.typed_at and self.rng.random() < 0.8 else clock.now()
        return Typed(tab, item, fields, tab.count, tab.known.get(item, 0), int(at.timestamp() * 1000))

    def deliver(self, changes: list[Typed]) -> None:
        """Send until the server has answered, and take in what it says."""
        body = urllib.parse.urlencode([pair for change in changes for pair in change.pairs()])
        for _ in range(TRIES):
            sent = self.ledger.sends(body)
            answer = self._heard(f"{self.path}/answers", body, changes[0].tab)
            if answer is None:
                continue
            if answer.status in (200, 409):
                self._take(changes, sent, answer)
                return
            self.ledger.hears_refusal(sent, answer.status)
            assert answer.status in (400, 401), answer.status
            self._come_back(changes[0].tab)
        raise AssertionError("the server did not take an answer")

    def _take(self, changes: list[Typed], sent: list[Change], answer: Answer) -> None:
        told = answer.json
        self.ledger.hears(sent, answer.status, told)
        if told["phase"] in ("over", "finished"):
            self.ended = True
            return
        mine = []
        for change in changes:
            if change.item not in told["refused"]:
                change.tab.known[change.item] = told["answers"][str(change.item)]["revision"]
            if change.item in told["conflicts"] and self.rng.random() < 0.6:
                mine.append(self.typed(change.tab, change.item, change.fields))
        if mine:
            self.deliver(mine)

    def hang_up(self, changes: list[Typed], share: float = 1.0) -> None:
        """Send and do not listen; a part of a request is nothing that could ever be stored."""
        fields: dict[str, list[str]] = {"csrf_token": [changes[0].tab.token]}
        for name, value in (pair for change in changes for pair in change.pairs()):
            fields.setdefault(name, []).append(value)
        self.ledger.note(f"hangs up after {share:.2f} of {[change.item for change in changes]}")
        if share == 1:
            self.ledger.sends(urllib.parse.urlencode(fields, doseq=True))
        self.visitor.hang_up(f"{self.path}/answers", fields, share)

    def submit(self, tab: Tab) -> None:
        """Hand in until the server has answered."""
        for _ in range(TRIES):
            answer = self._heard(f"{self.path}/submit", "", tab)
            if answer is not None and answer.status == 302 and answer.headers["Location"].endswith("/result"):
                self.ledger.note("handed in")
                self.ledger.submits_acknowledged += 1
                self.ended = True
                return
            if answer is not None:
                assert answer.status in (400, 401, 302), answer.status
                self._come_back(tab)
        raise AssertionError("the server did not take the attempt")

    def opened(self) -> Tab:
        """Open the page of the attempt: what it knows is what is stored now."""
        tab = Tab(self._mark(), "", {})
        self._come_back(tab)
        return tab

    def together(self, *acts: Callable[[], None]) -> None:
        """Do several things at once."""
        with ThreadPoolExecutor(len(acts)) as hands:
            for done in [hands.submit(act) for act in acts]:
                done.result()

    def reach(self, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer."""
        for _ in range(TRIES):
            try:
                return ask()
            except CutOff:
                time.sleep(REST)
        raise AssertionError("the server is gone")

    def _heard(self, path: str, body: str, tab: Tab) -> Answer | None:
        fields = {"csrf_token": [tab.token], **urllib.parse.parse_qs(body)}
        try:
            return self.visitor.post(path, fields, JSON)
        except CutOff as cut:
            self.ledger.note(f"hears nothing: {cut}")
            time.sleep(REST)
            return None

    def _come_back(self, tab: Tab) -> None:
        """Take a fresh token, signing in where that is asked; a tab that has just been opened learns the revisions."""
        state = self.reach(lambda: self.visitor.get(f"{self.path}/state", JSON))
        while state.status == 401:
            self.ledger.note("signs in")
            with suppress(CutOff):
                self.visitor.sign_in(self.staff_code)
            state = self.reach(lambda: self.visitor.get(f"{self.path}/state", JSON))
        assert state.status == 200, state.status
        tab.token = state.json["csrf_token"]
        if not tab.count:
            tab.known = {int(item): told["revision"] for item, told in state.json["answers"].items()}

    def _mark(self) -> str:
        return "".join(self.rng.choices(string.ascii_lowercase, k=24))


Way = Callable[[Learner, Tab, list[int]], Tab]
WAYS: dict[Way, float] = {
    Learner.plainly: 5,
    Learner.cut_off: 5,
    Learner.overtaken: 2,
    Learner.in_a_stale_tab: 2,
    Learner.in_two_tabs_at_once: 1,
    Learner.reopened: 1,
    Learner.signed_out: 0.5,
}
ENDS: dict[Callable[[Learner, Tab], None], int] = {
    Learner.hands_in: 3,
    Learner.hands_in_unheard: 2,
    Learner.hands_in_while_saving: 3,
    Learner.leaves: 2,
}
