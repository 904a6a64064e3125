"""The rules of the house that no linter knows; the direction of imports is checked with import-linter."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "people", "library", "lessons", "quizzes", "certificates", "authoring", "training", "reports")
MODULES = [
    *sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")),
    *(ROOT / name for name in ("app.py", "settings.py", "cli.py")),
]

#: The rooms of a package, from the bottom up; ``services_years`` and ``course_services`` are services too.
ROOMS = ("queries", "services", "forms", "views")


def calls(path: Path) -> set[str]:
    """Return the names of the methods that a module calls."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def imported_names(path: Path) -> set[str]:
    """Return what a module imports, as ``module`` and ``module.name``."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_keep_to_the_contracts(capsys):
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_only_one_place_commits(path):
    assert "commit" not in calls(path) or label(path) == "core/db.py"


@pytest.mark.parametrize("path", [p for p in MODULES if p.name.startswith(("services", "queries", "rules"))], ids=label)
def test_services_read_neither_request_nor_clock(path):
    forbidden = {
        "flask.request",
        "flask.g",
        "flask.session",
        "flask_login.current_user",
        "core.clock.now",
        "core.clock.today",
    }
    assert not forbidden & imported_names(path)


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py"], ids=label)
def test_package_files_are_empty(path):
    registers = {"quizzes/kinds/__init__.py", "quizzes/formats/__init__.py"}
    assert label(path) in registers or not path.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", [p for p in MODULES if not p.name.startswith("views")], ids=label)
def test_only_the_application_imports_views(path):
    imports_views = any(part.startswith("views") for name in imported_names(path) for part in name.split("."))
    assert not imports_views or label(path) == "app.py"


def floor(module: str) -> int | None:
    """Return how high a module's room lies, by its name; None for what is no room."""
    parts = module.rpartition(".")[2].split("_")
    if parts[0] in ("models", "rules"):
        return 0
    return next((height for height, room in enumerate(ROOMS, start=1) if room in (parts[0], parts[-1])), None)


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.parent.name in PACKAGES[1:] and floor(p.stem) is not None], ids=label
)
def test_rooms_of_a_package_import_downwards_only(path):
    neighbours = {f"{path.parent.name}.{other.stem}" for other in path.parent.glob("*.py")}
    here = floor(path.stem)
    upwards = [name for name in imported_names(path) & neighbours if (floor(name) or 0) > (here or 0)]
    assert upwards == []
