"""Parts of a question that have permanent keys: options, pairs, gaps. Pure."""

import re
import secrets
import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from core import html
from core.text import clean_line, nfc

MAX_TEXT = 2_000
_KEY = re.compile(r"[a-z][a-z0-9]{1,7}")


def is_key(text: str) -> bool:
    """Tell whether a text is a well-formed key: a letter, then one to seven letters or digits."""
    return _KEY.fullmatch(text) is not None


def new_key(taken: Collection[str]) -> str:
    """Return a fresh random key: a letter and a digit, telling neither place nor rightness."""
    while True:
        key = secrets.choice(string.ascii_lowercase) + secrets.choice(string.digits)
        if key not in taken:
            return key


def keys_for(rows: Iterable[Mapping[str, Any]], known: Collection[str]) -> list[str]:
    """Return a key for every row: its own when it is known and not yet used, else a fresh one."""
    given: list[str] = []
    for row in rows:
        own: Any = row.get("key")
        given.append(own if own in known and own not in given else new_key({*known, *given}))
    return given


def recall_keys(
    rows: Sequence[Mapping[str, Any]], known: Sequence[tuple[str, str]], *, text: str = "text"
) -> list[dict[str, Any]]:
    """Return rows that came without keys, with those they had before: by text, then in order.

    The order is only trusted when as many rows are left over on both sides (texts were mended, none came or went).

    :param known: the keys and texts of before, in order.
    """
    by_text = {clean_line(said): key for key, said in known}
    keys = [by_text.get(line(row.get(text)), "") for row in rows]
    left = [key for key, _ in known if key not in keys]
    if len(left) == keys.count(""):
        keys = [key or left.pop(0) for key in keys]
    return [{**row, "key": key} for row, key in zip(rows, keys, strict=True)]


def line(typed: Any) -> str:
    """Return a typed line cleaned: NFC, without control characters, one space between words."""
    return clean_line(typed) if isinstance(typed, str) else ""


def block(typed: Any) -> str:
    """Return a typed text of several lines cleaned: NFC, Unix line ends, no NUL, nothing around it."""
    return nfc(typed).replace("\r\n", "\n").replace("\x00", "").strip() if isinstance(typed, str) else ""


def inline(text: str) -> str:
    """Return inline Markdown as clean HTML."""
    return str(html.from_inline_markdown(text))
