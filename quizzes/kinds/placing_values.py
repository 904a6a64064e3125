"""The values of matching and categorising: a question, what is shown of it before the end, and after. Pure."""

from dataclasses import dataclass

PARTIAL, ALL_OR_NOTHING = "partial", "all_or_nothing"
RULES = (PARTIAL, ALL_OR_NOTHING)


@dataclass(frozen=True)
class PlacedRow:
    """A row: its permanent key, what the author typed, the same as clean HTML, and the key of its right target."""

    key: str
    text: str
    html: str
    target: str
    explanation: str = ""
    explanation_html: str = ""


@dataclass(frozen=True)
class Target:
    """A place to which rows are put: a permanent key and plain text."""

    key: str
    text: str


@dataclass(frozen=True)
class PlacingSpec:
    """Rows and targets in the author's order."""

    rows: tuple[PlacedRow, ...]
    targets: tuple[Target, ...]
    rule: str = PARTIAL

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the rows in the author's order."""
        return tuple(row.key for row in self.rows)

    @property
    def target_texts(self) -> dict[str, str]:
        """Return what the targets say, by key, in the author's order."""
        return {target.key: target.text for target in self.targets}

    @property
    def may_leave_out(self) -> bool:
        """Tell whether some row belongs nowhere."""
        return not all(row.target for row in self.rows)


@dataclass(frozen=True)
class ShownRow:
    """A row as a learner may see it before the end."""

    key: str
    html: str


@dataclass(frozen=True)
class ShownPlacing:
    """Rows and targets in the order of an attempt, and whether rows may belong nowhere."""

    rows: tuple[ShownRow, ...]
    targets: tuple[Target, ...]
    may_leave_out: bool


@dataclass(frozen=True)
class JudgedRow:
    """A row after the end: the texts of the chosen and the right target (empty: nowhere), and why."""

    key: str
    html: str
    chosen: str
    expected: str
    right: bool
    explanation_html: str


@dataclass(frozen=True)
class JudgedPlacing:
    """The rows after the end, in the order of an attempt."""

    rows: tuple[JudgedRow, ...]
