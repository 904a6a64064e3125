"""The Vietnamese catalogue: its parts under ``translations/parts/``, merged, and compared with what the code says."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
PARTS = ROOT / "translations" / "parts"

#: What marks a text for translation. ``_l`` and ``_n`` are the short names of lazy_gettext and ngettext.
KEYWORDS = {
    "_": None,
    "_l": None,
    "_n": (1, 2),
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
METHODS = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**": {"encoding": "utf-8", "trimmed": "true", "silent": "false"}}
#: Folders whose texts no reader of the product sees.
NOT_SHOWN = {
    "tests",
    "benchmarks",
    "migrations",
    "scripts",
    "content",
    "static",
    "node_modules",
    "instance",
    "docs",
    "deploy",
}

#: A message is known by its singular form, with its context before it where it has one.
Key = str | tuple[str, str]

#: The same sources make the same bytes, whenever they are compiled.
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


class BadTranslation(Exception):
    """Raised when the parts contradict each other; the message names the text and the files."""


def parts() -> list[Path]:
    """Return the files of translations, in a stable order."""
    return sorted(PARTS.glob("*.po"))


def merged_catalog(files: Iterable[Path]) -> Catalog:
    """Return one catalogue made of all parts, sorted by message id.

    :raises BadTranslation: when two parts translate one text in two ways.
    """
    found: dict[Key, tuple[Message, Path]] = {}
    for file in files:
        with file.open("rb") as stream:
            for message in read_po(stream, locale="vi", abort_invalid=True):
                if not message.id:
                    continue
                key = message_key(message)
                earlier = found.setdefault(key, (message, file))
                if _forms(earlier[0].string) != _forms(message.string):
                    raise BadTranslation(f"{message.id!r} differs between {earlier[1].name} and {file.name}")
    catalog = Catalog(locale="vi", project="Nếp", fuzzy=False, creation_date=UNDATED, revision_date=UNDATED)
    for key in sorted(found, key=str):
        message = found[key][0]
        catalog.add(message.id, message.string, context=message.context, flags=message.flags)
    return catalog


def extracted_messages() -> Iterator[tuple[str, Key, str]]:
    """Yield every marked text of code and templates: where it stands, its key and its singular form."""
    for name, line, message, _comments, context in extract_from_dir(
        ROOT, METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=_is_shown
    ):
        singular = message[0] if isinstance(message, tuple) else message
        yield f"{name}:{line}", (context, singular) if context else singular, singular


def message_key(message: Message) -> Key:
    """Return what identifies a message: its singular form, with its context where it has one."""
    singular = _forms(message.id)[0]
    return (message.context, singular) if message.context else singular


def problems() -> list[str]:
    """Return what is wrong with the translations, one line each; empty when they are complete."""
    catalog = merged_catalog(parts())
    translated = {message_key(message): message for message in catalog if message.id}
    wrong = []
    for place, key, text in extracted_messages():
        if key not in translated:
            wrong.append(f"{place}: not translated: {text!r}")
    for message in translated.values():
        if not all(_forms(message.string)):
            wrong.append(f"translations/parts: empty translation: {message.id!r}")
        elif message.fuzzy:
            wrong.append(f"translations/parts: marked as fuzzy: {message.id!r}")
        elif placeholders_of(_forms(message.id)) != placeholders_of(_forms(message.string)):
            wrong.append(f"translations/parts: other placeholders than the original: {message.id!r}")
    return sorted(set(wrong))


def placeholders_of(forms: Iterable[str]) -> set[str]:
    """Return the names that a text, in any of its forms, has filled in."""
    return {match.group(0) for form in forms for match in _PLACEHOLDER.finditer(form)}


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the forms of a text: one, or one for each plural."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def _is_shown(folder: str | Path) -> bool:
    name = Path(folder).name
    return name not in NOT_SHOWN and not name.startswith((".", "_"))
