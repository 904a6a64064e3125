"""``python -m benchmarks [--only PART] [--people N]``: measure, print tables, keep nothing."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks import attempts, data, journey, regrade, roster
from benchmarks.databases import Database, fresh_databases
from benchmarks.figures import Figure, Times, table, times_table

MEASURES: dict[str, Callable[[Database], Iterator[Figure | Times]]] = {
    "roster": roster.measure,
    "attempts": attempts.measure,
    "journey": journey.measure,
    "regrade": regrade.measure,
}


def main() -> None:
    """Measure on both databases and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios to a floor on the same machine.")
    parser.add_argument("--only", choices=sorted(MEASURES), help="measure this alone")
    parser.add_argument("--people", type=int, default=100_000, help="people of the organisation (default: %(default)s)")
    asked = parser.parse_args()
    began = time.monotonic()
    measured: list[Figure | Times] = []
    with fresh_databases() as databases:
        for database in databases:
            _tell(f"{database.name}: writing {asked.people:,} people")
            with database.app.app_context():
                data.fill(asked.people)
            for name, measure in MEASURES.items():
                if asked.only in (None, name):
                    _tell(f"{database.name}: measuring {name}")
                    measured += measure(database)
    print(table([each for each in measured if isinstance(each, Figure)]))
    if times := [each for each in measured if isinstance(each, Times)]:
        print(f"\n{times_table(times)}")
    print(
        f"\n{asked.people:,} people; {time.monotonic() - began:.0f} s in all; load at the end {os.getloadavg()[0]:.1f}."
    )


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
