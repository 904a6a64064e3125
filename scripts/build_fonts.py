"""Build the small web fonts of ``static/fonts/`` from the full fonts of ``static/vendor/fonts-ttf/``.

A lesson must arrive on a slow line, so each weight is cut in two files: ``<name>.woff2`` holds what
Vietnamese and English pages need (one request, 10 to 15 kB), ``<name>-ext.woff2`` holds the rest of
the font and is fetched by the browser only when a page contains such a letter (``unicode-range``).
Be Vietnam Pro has no figures of equal width, therefore ``nep-figures`` is derived from it: the ten
digits, centred on one advance, for columns of numbers and clocks.

Run it only when a font changes; it needs two packages that nothing else uses::

    pip install fonttools brotli
    python scripts/build_fonts.py
"""

from __future__ import annotations

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

STATIC = Path(__file__).resolve().parent.parent / "static"
SOURCE = STATIC / "vendor" / "fonts-ttf"
TARGET = STATIC / "fonts"

FONTS = {
    "be-vietnam-pro-400": "BeVietnamPro-Regular.ttf",
    "be-vietnam-pro-500": "BeVietnamPro-Medium.ttf",
    "be-vietnam-pro-700": "BeVietnamPro-Bold.ttf",
    "source-serif-4-400": "SourceSerif4-Regular.ttf",
    "source-serif-4-600": "SourceSerif4-SemiBold.ttf",
}
FIGURES = {
    "nep-figures-400": "BeVietnamPro-Regular.ttf",
    "nep-figures-700": "BeVietnamPro-Bold.ttf",
}
FIGURE_ADVANCE = {"nep-figures-400": 644, "nep-figures-700": 676}
CORE_FEATURES = ["kern"]
ALL_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]

# The same ranges stand in static/css/src/fonts.css. Combining marks are left to the rest: a browser
# draws a decomposed letter with the composed glyph where the font has it.
CORE = (
    "20-7E,A0,A7,A9,AB,B0,B2,B7,BB,D7,C0-C3,C8-CA,CC-CD,D2-D5,D9-DA,DD,E0-E3,E8-EA,EC-ED,F2-F5,"
    "F9-FA,FD,102-103,110-111,128-129,168-169,1A0-1A1,1AF-1B0,1EA0-1EF9,"
    "2010-2015,2018-201E,2022,2026,2190,2192,20AB,2212,2264-2265"
)


def code_points(ranges: str) -> set[int]:
    """Return the code points of a list such as ``"20-7E,A0"`` (hexadecimal)."""
    points: set[int] = set()
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return points


def cut(source: Path, wanted: set[int], features: list[str], target: Path) -> None:
    """Write the part of a font that draws the wanted code points, as WOFF2 without hints."""
    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = features
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def cut_figures(source: Path, advance: int, target: Path) -> None:
    """Write the ten digits of a font, each centred on the same advance (font units)."""
    digits = {ord(digit) for digit in "0123456789"}
    cut(source, digits, [], target)
    font = TTFont(target)
    glyphs = [font.getBestCmap()[digit] for digit in sorted(digits)]
    for glyph in glyphs:
        width, _ = font["hmtx"][glyph]
        shift = (advance - width) // 2
        outline = font["glyf"][glyph]
        outline.coordinates.translate((shift, 0))
        outline.recalcBounds(font["glyf"])
        font["hmtx"][glyph] = (advance, outline.xMin)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = "Nep Figures"
        elif record.nameID == 6:
            record.string = "NepFigures"
    font.flavor = "woff2"
    font.save(target)


def main() -> None:
    """Build every web font and print its size in bytes."""
    TARGET.mkdir(exist_ok=True)
    core = code_points(CORE)
    for name, file in FONTS.items():
        everything = set(TTFont(SOURCE / file).getBestCmap())
        cut(SOURCE / file, core & everything, CORE_FEATURES, TARGET / f"{name}.woff2")
        cut(SOURCE / file, everything - core, ALL_FEATURES, TARGET / f"{name}-ext.woff2")
    for name, file in FIGURES.items():
        cut_figures(SOURCE / file, FIGURE_ADVANCE[name], TARGET / f"{name}.woff2")
    for path in sorted(TARGET.glob("*.woff2")):
        print(f"{path.stat().st_size:7d}  {path.name}")


if __name__ == "__main__":
    main()
