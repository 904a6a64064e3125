"""Merge ``translations/parts/*.po`` and compile what the application reads. Run by the Makefile."""

import io
import os
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from scripts.translations import ROOT, BadTranslation, merged_catalog, parts

TARGET = ROOT / "translations" / "vi" / "LC_MESSAGES"


def build(target: Path = TARGET) -> int:
    """Write messages.po and messages.mo, and return the number of messages.

    :raises BadTranslation: when two parts translate one text in two ways.
    """
    catalog = merged_catalog(parts())
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, catalog, width=120)
    write_mo(compiled, catalog)
    target.mkdir(parents=True, exist_ok=True)
    _replace(target / "messages.po", text.getvalue())
    _replace(target / "messages.mo", compiled.getvalue())
    return len(catalog)


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole, so that a running application never reads half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


if __name__ == "__main__":
    try:
        print(f"Compiled {build()} translations.")
    except BadTranslation as error:
        sys.exit(f"The translations contradict each other: {error}")
