"""Fail when a text of the interface has no Vietnamese, or a doubtful one. Run by ``make check``."""

import sys

from scripts.translations import BadTranslation, problems

if __name__ == "__main__":
    try:
        found = problems()
    except BadTranslation as error:
        sys.exit(f"The translations contradict each other: {error}")
    for line in found:
        print(line)
    sys.exit(f"{len(found)} texts need a translation or a look." if found else 0)
