"""The audit log speaks the reader's language: every action that code records has words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from people.audit_words import ACTIONS
from scripts.translations import ROOT

PACKAGES = ("core", "people", "library", "lessons", "quizzes", "certificates", "authoring", "training", "reports")
#: Functions whose first argument is an action.
RECORDERS = {"record", "_note", "_record"}


def recorded_actions(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in RECORDERS and isinstance(node.args[0].value, str):
                yield node.args[0].value


def test_every_recorded_action_has_words_and_none_is_left_over():
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    recorded = {action for source in sources for action in recorded_actions(source)}
    assert recorded == set(ACTIONS)
