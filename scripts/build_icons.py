"""Gather the chosen icons of the bootstrap-icons package in one sprite, ``static/img/icons.svg``.

Run it when an icon is added to :data:`ICONS`, with the unpacked npm package beside it::

    npm pack bootstrap-icons@1.13.2 && tar xzf bootstrap-icons-1.13.2.tgz
    python -m scripts.build_icons package/icons
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from scripts.compressed import write_compressed

TARGET = Path(__file__).resolve().parent.parent / "static" / "img" / "icons.svg"
ICONS = [
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "arrow-repeat",
    "award",
    "bar-chart",
    "bell",
    "book",
    "box-arrow-in-right",
    "box-arrow-right",
    "building",
    "calendar3",
    "check-circle-fill",
    "check-lg",
    "chevron-down",
    "chevron-right",
    "circle",
    "circle-half",
    "clipboard-check",
    "clock",
    "dash-circle",
    "diagram-3",
    "download",
    "exclamation-circle-fill",
    "exclamation-triangle-fill",
    "eye",
    "file-earmark-pdf",
    "file-earmark-spreadsheet",
    "file-earmark-text",
    "flag",
    "gear",
    "globe2",
    "hourglass-split",
    "image",
    "info-circle-fill",
    "journal-text",
    "key",
    "link-45deg",
    "list",
    "lock",
    "patch-check-fill",
    "pencil-square",
    "people",
    "play-circle",
    "person-circle",
    "plus-lg",
    "printer",
    "question-circle",
    "save",
    "search",
    "shield-check",
    "trash3",
    "upload",
    "x-circle-fill",
    "x-lg",
]


def symbol(name: str, source: str) -> str:
    """Return the drawing of one icon as an SVG symbol with the icon's name as its id."""
    inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
    if inner is None:
        raise SystemExit(f"{name}.svg is not an SVG file")
    drawing = re.sub(r">\s+<", "><", inner[1].strip())
    return f'<symbol id="{name}" viewBox="0 0 16 16">{drawing}</symbol>'


def main() -> None:
    """Write the sprite from the folder named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    symbols = [symbol(name, (folder / f"{name}.svg").read_text()) for name in ICONS]
    body = "\n".join(symbols)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n')
    write_compressed(TARGET)
    print(f"{len(symbols)} icons, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
