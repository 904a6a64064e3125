"""Put ``static/css/nep.css`` together: the needed part of Bootstrap, then our own sheets.

Bootstrap as a whole is 31 kB compressed, a third of what a page may weigh, and most of it is for
parts we do not have. So only the rules whose every class is named in :data:`KEPT` are taken, and
of its variables only those that are still used; its dark colours are left out, because its colour
variables point to our tokens (``tokens.css``). Then:

* what is written for ``[data-bs-theme="dark"]`` is repeated for readers who follow their device;
* font addresses get the mark of the file's content, the same as ``core.web.asset`` gives them.

``python -m scripts.build_css`` writes the file and its compressed copies, ``--check`` only tells (status 1)
when it is stale.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.compressed import is_compressed, write_compressed

STATIC = Path(__file__).resolve().parent.parent / "static"
BOOTSTRAP = STATIC / "vendor" / "bootstrap" / "bootstrap.min.css"
SOURCES = STATIC / "css" / "src"
TARGET = STATIC / "css" / "nep.css"
ORDER = [
    "fonts",
    "tokens",
    "base",
    "buttons",
    "menus",
    "frame",
    "forms",
    "components",
    "details",
    "tables",
    "charts",
    "reading",
    "quiz",
    "kinds_moving",
    "kinds_text",
    "question_editor",
    "print",
]

SIZES = r"(?:-(?:md|lg))?"
KEPT = re.compile(
    "|".join(
        [
            r"container(?:-fluid)?",
            r"row|col" + SIZES + r"(?:-auto|-\d+)?",
            r"g[xy]?" + SIZES + r"-[0-5]",
            r"[mp][trblxyse]?" + SIZES + r"-(?:auto|[0-5])",
            r"(?:row-|column-)?gap" + SIZES + r"-[0-5]",
            r"d" + SIZES + r"-(?:none|inline|inline-block|block|grid|flex)",
            r"flex" + SIZES + r"-(?:row|column|wrap|nowrap|fill|grow-[01]|shrink-[01])",
            r"justify-content" + SIZES + r"-(?:start|end|center|between)",
            r"align-(?:items|self)" + SIZES + r"-(?:start|end|center|baseline|stretch)",
            r"text-(?:start|end|center|nowrap|break|truncate)",
            r"fw-(?:bold|normal)|fst-italic|lead|small|list-unstyled",
            r"[wh]-100|img-fluid|visually-hidden(?:-focusable)?|vr|hstack|vstack",
            r"h[1-6]|btn|disabled|active|form-label|form-control|form-select|form-check-input",
        ]
    )
)
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
FONT_URL = re.compile(r"url\((\.\./(fonts/[\w.-]+))\)")
DARK = '[data-bs-theme="dark"]'
DEVICE = '[data-bs-theme="auto"]'


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield (prelude, body) of every rule of a sheet's outermost level, comments left out."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    position = 0
    while (start := css.find("{", position)) >= 0:
        depth, end = 1, start + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[position:start].split(";")[-1].strip(), css[start + 1 : end - 1]
        position = end


def is_kept(selector: str) -> bool:
    """Tell whether a selector speaks only of classes that we use."""
    return all(KEPT.fullmatch(name) for name in CLASS.findall(selector))


def needed_rules(css: str) -> str:
    """Return the part of Bootstrap that :data:`KEPT` names."""
    parts = []
    for prelude, body in rules(css):
        if prelude.startswith(("@media", "@supports")):
            inner = needed_rules(body)
            if inner:
                parts.append(f"{prelude}{{{inner}}}")
        elif not prelude.startswith("@") and prelude != DARK:
            selectors = [one for one in split_selectors(prelude) if is_kept(one)]
            if selectors:
                parts.append(f"{','.join(selectors)}{{{body}}}")
    return "\n".join(parts)


def split_selectors(prelude: str) -> list[str]:
    """Split a list of selectors at the commas that stand outside brackets."""
    return [one.strip() for one in re.split(r",(?![^()\[\]]*[)\]])", prelude)]


def without_unused_variables(css: str) -> str:
    """Drop declarations of ``--bs-`` variables that nothing reads, until none is left."""
    while unused := set(re.findall(r"(--bs-[\w-]+):", css)) - set(re.findall(r"var\((--bs-[\w-]+)", css)):
        names = "|".join(re.escape(name) for name in sorted(unused, key=len, reverse=True))
        css = re.sub(rf"(?:{names}):[^;{{}}]*(?:;|(?=\}}))", "", css)
    return re.sub(r"[^{}]*\{\s*\}\n?", "", css)


def dark_for_device(css: str) -> str:
    """Return the dark rules of a sheet once more, for readers who follow their device's setting."""
    found = [
        f"{','.join(DEVICE + one.removeprefix(DARK) for one in split_selectors(prelude))}{{{body}}}"
        for prelude, body in rules(css)
        if all(one.startswith(DARK) for one in split_selectors(prelude))
    ]
    return "@media screen and (prefers-color-scheme: dark){" + "\n".join(found) + "}" if found else ""


def smaller(css: str) -> str:
    """Drop comments and the spaces that mean nothing."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,])\s*", r"\1", css)
    return re.sub(r"([{;][\w-]+):\s+", r"\1:", css).replace(";}", "}").replace("}", "}\n").replace("}\n}", "}}")


def mark_fonts(css: str) -> str:
    """Add to each font's address the mark of its content, as ``core.web.asset`` does."""

    def marked(match: re.Match[str]) -> str:
        digest = hashlib.sha256((STATIC / match[2]).read_bytes()).hexdigest()[:12]
        return f"url({match[1]}?v={digest})"

    return FONT_URL.sub(marked, css)


def build() -> str:
    """Return the whole style sheet."""
    bootstrap = BOOTSTRAP.read_text().replace("[data-bs-theme=dark]", DARK)
    own = "\n".join((SOURCES / f"{name}.css").read_text() for name in ORDER)
    sheet = without_unused_variables(needed_rules(bootstrap) + "\n" + own)
    body = "\n".join([sheet, dark_for_device(sheet)])
    licence = "/* Holds parts of Bootstrap 5.3.9, MIT licence: static/vendor/bootstrap/LICENSE */\n"
    return licence + mark_fonts(smaller(body))


def main() -> int:
    """Write the sheet, or compare it when ``--check`` is given; return the exit status."""
    css = build()
    if "--check" in sys.argv[1:]:
        if TARGET.exists() and TARGET.read_text() == css and is_compressed(TARGET):
            return 0
        print("static/css/nep.css is stale: run python -m scripts.build_css", file=sys.stderr)
        return 1
    TARGET.write_text(css)
    write_compressed(TARGET)
    print(f"{len(css)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
