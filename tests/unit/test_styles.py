"""The style sheet: made from its sources, and knowing every class that a template uses."""

import re

import pytest

from scripts import build_css, build_icons
from scripts.compressed import is_compressed

TEMPLATES = build_css.STATIC.parent / "templates"
#: What is only a hook for scripts or for a whole section.
NOT_STYLED = {"nep-public"}

CLASS_ATTRIBUTE = re.compile(r'class="([^"{}]*)"')
STYLED = set(build_css.CLASS.findall(build_css.TARGET.read_text()))


def test_sheet_is_built_from_its_sources():
    assert build_css.build() == build_css.TARGET.read_text(), "run python -m scripts.build_css"


@pytest.mark.parametrize("file", [build_css.TARGET, build_icons.TARGET], ids=lambda file: file.name)
def test_compressed_copies_hold_the_same(file):
    assert is_compressed(file)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_use_known_classes(path):
    used = {name for value in CLASS_ATTRIBUTE.findall(path.read_text()) for name in value.split()}
    assert used - STYLED - NOT_STYLED == set()


@pytest.mark.parametrize(
    ("selector", "kept"),
    [
        (".btn", True),
        (".btn:not(:disabled):not(.disabled)", True),
        ("h1", True),
        (".mb-5", True),
        (".mb-lg-5", True),
        (".mb-xxl-5", False),
        (".carousel-item.active", False),
    ],
)
def test_only_needed_rules_of_bootstrap_are_kept(selector, kept):
    assert build_css.is_kept(selector) is kept


def test_rules_of_media_queries_are_judged_one_by_one():
    sheet = "@media print{.btn{a:b}.toast{a:b}}@media print{.toast{a:b}}.btn,.toast{c:d}"
    assert build_css.needed_rules(sheet) == "@media print{.btn{a:b}}\n.btn{c:d}"


def test_variables_that_nothing_reads_are_dropped():
    sheet = ":root{--bs-a:1;--bs-b:var(--bs-a);--bs-c:2}p{x:var(--bs-c)}"
    assert build_css.without_unused_variables(sheet) == ":root{--bs-c:2}p{x:var(--bs-c)}"


def test_dark_rules_are_repeated_for_readers_who_follow_their_device():
    sheet = '[data-bs-theme="dark"]{a:b}[data-bs-theme="dark"] p,[data-bs-theme="dark"] q{c:d}p{e:f}'
    assert build_css.dark_for_device(sheet) == (
        "@media screen and (prefers-color-scheme: dark){"
        '[data-bs-theme="auto"]{a:b}\n[data-bs-theme="auto"] p,[data-bs-theme="auto"] q{c:d}}'
    )
