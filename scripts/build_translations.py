"""Merge ``translations/parts/*.po`` and compile what the application reads. Run by the Makefile."""

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
    target.mkdir(parents=True, exist_ok=True)
    with (target / "messages.po").open("wb") as stream:
        write_po(stream, catalog, omit_header=False, width=120)
    with (target / "messages.mo").open("wb") as stream:
        write_mo(stream, catalog)
    return len(catalog)


if __name__ == "__main__":
    try:
        print(f"Compiled {build()} translations.")
    except BadTranslation as error:
        sys.exit(f"The translations contradict each other: {error}")
