"""Processor time and memory of processes, from the kernel's accounts (Linux)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(*roots: int) -> float:
    """Return the seconds of processor that processes and all that descend from them have used, in user and system.

    A child that has ended is in its parent's account once the parent has waited for it.
    """
    return sum(_ticks(pid) for root in roots for pid in _family(root)) / _TICKS


def peak_memory_mib(process: Path) -> float:
    """Return the peak of resident memory of a process so far, in MiB.

    :param process: its folder in ``/proc``.
    """
    lines = (process / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _ticks(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):  # It has just ended.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15])
    return 0


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))
