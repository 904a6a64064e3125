"""The letters of GIFT: escapes, formats of texts, our own notes in comments. Shared by reader and writer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.text import clean_line
from quizzes.formats import markdown_text

FACTS = ("difficulty", "topics", "sources", "rule", "order", "folding", "words")
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
#: In short answers a star stands for any text, unless it is escaped.
_ESCAPE_OR_STAR = re.compile(r"\\([~=#{}:\\n*])|(\*)")
_SPECIAL = re.compile(r"([\\~=#{}:])")
_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_NOTE = re.compile(r"\s*(gap prompt|unit|model answer|criterion|explanation)(?: (\d{1,3}))?: ?(.*)", re.DOTALL)


class Refused(Exception):
    """Raised inside when a question can't be taken."""

    def __init__(self, code: str, offset: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset


@dataclass(frozen=True)
class Note:
    """What GIFT has no place for, in a comment of its own: ``// criterion 2: Nêu đúng quy định``."""

    name: str
    text: str
    number: int = 0


def read_note(comment: str) -> Note | None:
    """Return the note of a comment, None when it is none."""
    found = _NOTE.fullmatch(comment)
    return Note(found[1], unescape(found[3]), int(found[2] or 0)) if found else None


def write_note(note: Note) -> str:
    """Return a note as a line of a file."""
    number = f" {note.number}" if note.number else ""
    return f"// {note.name}{number}: {escape(note.text)}"


def read_facts(comment: str) -> dict[str, str]:
    """Return the facts of a comment, none when it is for people only."""
    parts = [part.partition(":") for part in comment.split(";") if part.strip()]
    facts = {name.strip().lower(): clean_line(value) for name, colon, value in parts if colon}
    return facts if len(facts) == len(parts) and set(facts) <= set(FACTS) else {}


def unescaped(text: str, wanted: str, start: int = 0) -> Iterator[int]:
    """Yield where one of some characters stands without a backslash before it."""
    place = start
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] in wanted:
            yield place
        place += 1


def split_feedback(text: str) -> tuple[str, str]:
    """Split at the first ``#``."""
    place = next(unescaped(text, "#"), len(text))
    return text[:place], text[place + 1 :]


def unescape(text: str) -> str:
    """Return text without escapes."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def escape(text: str) -> str:
    """Return text that :func:`unescape` gives back, on one line."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


def plain_answer(text: str, offset: int) -> str:
    """Return an answer that is compared with what learners write: a plain line.

    :raises Refused: ``wildcard``, when a star stands for any text.
    """

    def letter(found: re.Match[str]) -> str:
        if found[2]:
            raise Refused("wildcard", offset)
        return " " if found[1] == "n" else found[1]

    return clean_line(_ESCAPE_OR_STAR.sub(letter, text))


def write_plain_answer(text: str) -> str:
    """Return an answer that :func:`plain_answer` gives back."""
    return escape(text).replace("*", "\\*")


def styled(text: str, style: str) -> tuple[str, str]:
    """Return the format of a text (its own mark, else that of its question) and the text without escapes."""
    found = _FORMAT.match(text)
    return (found[1].lower(), unescape(text[found.end() :])) if found else (style, unescape(text))


def markdown(style: str, text: str) -> str:
    """Return a text of some format as Markdown."""
    if style == "markdown":
        return "\n".join(line.rstrip() for line in text.strip().split("\n"))
    if style == "plain" or (style == "moodle" and not _TAG.search(text) and "&" not in text):
        return markdown_text.from_plain(text)
    return markdown_text.from_html(text.strip().replace("\n", "<br>") if style == "moodle" else text)


def markdown_line(style: str, text: str) -> str:
    """Return a text that stands on one line, as Markdown."""
    return clean_line(markdown(style, text if style == "html" else clean_line(text)).replace("\\\n", " "))


def write_line(text: str) -> str:
    """Return a line of Markdown; a mark of format shields a text that begins with one."""
    return f"[markdown]{escape(text)}" if _FORMAT.match(text) else escape(text)
