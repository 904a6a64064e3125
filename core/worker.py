"""Foreign files are parsed in a process of their own, with limits on memory and time, so that none can take us down."""

import importlib
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.errors import BadFile
from core.i18n import lazy_gettext as _l

ROOT = Path(__file__).parent.parent
#: Characters that a task hands back at most (a staff list of 100,000 people takes about 30 million).
MAX_RESULT = 200_000_000


def run_limited(task: str, data: bytes, *, memory_mb: int = 768, seconds: int = 120) -> Any:
    """Run ``package.module:function`` on bytes in a limited process, and return its JSON-able result.

    :raises BadFile: when the file makes the process fail, take too long or take too much memory.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.worker", task, str(memory_mb), str(seconds)],
            input=data,
            capture_output=True,
            timeout=seconds,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadFile(_l("Reading this file takes too long."), _l("Split it into smaller files.")) from None
    if done.returncode != 0:
        raise BadFile(
            _l("This file can't be read; it may be damaged."),
            _l("Open it in the program that made it, save it again and choose it once more."),
        )
    return json.loads(done.stdout)


def main(task: str, memory_mb: int, seconds: int) -> None:
    """Limit this process, run the task on standard input and print its result as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    module, function = task.split(":")
    result = getattr(importlib.import_module(module), function)(sys.stdin.buffer.read())
    told = json.dumps(result, ensure_ascii=False)
    if len(told) > MAX_RESULT:
        raise MemoryError("This is more than the calling process should hold.")
    sys.stdout.write(told)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
