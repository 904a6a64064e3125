"""Change the rules of questions in small ways, and count which changes no test notices (``make mutants``).

mutmut makes the changes and runs the tests, as ``[tool.mutmut]`` in pyproject.toml says. It writes beside what it
reads, so it works in a copy of the few folders that these tests need, without ``tests/conftest.py``, which prepares
databases and translations for others. It leaves alone what stands outside functions, docstrings and type hints.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = (
    "pyproject.toml",
    "core",
    "quizzes",
    "tests/__init__.py",
    "tests/support/__init__.py",
    "tests/support/questions.py",
)
TESTS = ("test_kinds*.py", "test_behaviour.py", "test_answer_rules.py", "test_scoring.py")
#: The share of all changes that may go unnoticed, in percent.
MOST_ALIVE = 10
#: What mutmut reports of a change: 1 and 3 that a test failed, the others that it never came to an end.
KILLED, TIMED_OUT = {1, 3}, {24, -24, 36, 152, 255}


def copy_to(place: Path) -> None:
    """Copy what the tests need."""
    names = [*COPIED, *(str(path.relative_to(ROOT)) for test in TESTS for path in (ROOT / "tests/unit").glob(test))]
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place / name)


def results(place: Path) -> dict[str, dict[str, int]]:
    """Return for each module that was changed how each change ended, by its name."""
    found = {}
    for path in sorted(place.glob("mutants/**/*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        module = str(path.relative_to(place / "mutants")).removesuffix(".py.meta").replace("/", ".")
        found[module] = {name: code for name, code in codes.items() if code is not None}
    return {module: codes for module, codes in found.items() if codes}


def alive_in(codes: dict[str, int]) -> list[str]:
    """Return the changes that no test noticed."""
    return [name for name, code in codes.items() if code not in KILLED | TIMED_OUT]


def mutmut(place: Path, *arguments: str, shown: bool) -> str:
    """Run mutmut in the copy; what it says is shown at once or returned."""
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    out = sys.stderr if shown else subprocess.PIPE
    return subprocess.run(command, cwd=place, check=True, stdout=out, text=True).stdout or ""


def main() -> int:
    """Run, print the changes that lived and a line for each module; fail when there are too many of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--module", default="", help="only this module, such as quizzes.kinds.choice")
    parser.add_argument("--children", type=int, default=2, help="how many changes are tried at once")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON and no differences")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nep-mutants-") as folder:
        place = Path(folder)
        copy_to(place)
        names = [f"{chosen.module}.x*"] if chosen.module else []
        mutmut(place, "run", "--max-children", str(chosen.children), *names, shown=True)
        found = results(place)
        alive = {module: alive_in(codes) for module, codes in found.items()}
        if not chosen.json:
            for name in (name for names in alive.values() for name in names):
                print(mutmut(place, "show", name, shown=False))
    counts = {module: {"changes": len(codes), "alive": len(alive[module])} for module, codes in found.items()}
    print(json.dumps(counts, indent=2) if chosen.json else _table(counts))
    return int(100 * _sum(counts, "alive") >= MOST_ALIVE * _sum(counts, "changes"))


def _sum(counts: dict[str, dict[str, int]], what: str) -> int:
    return sum(of[what] for of in counts.values())


def _table(counts: dict[str, dict[str, int]]) -> str:
    total = {what: _sum(counts, what) for what in ("changes", "alive")}
    rows = ((name, of["changes"], of["alive"]) for name, of in {**counts, "all": total}.items())
    return "\n".join(f"{name:32}{changes:6}{alive:5}{100 * alive / changes:7.1f} %" for name, changes, alive in rows)


if __name__ == "__main__":
    sys.exit(main())
