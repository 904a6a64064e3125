"""Keeps a command running for as long as another process lives: ``keeper.py PID COMMAND...``.

``server`` starts it for the worker of background jobs. It knows nothing of the application and costs little.
The command is told the keeper's own number in ``{keeper}``, and is to end by itself once that process is gone.
"""

import os
import signal
import subprocess
import sys
import time

#: How often it looks whether both still live.
LOOK_SECONDS = 1.0


def keep(served: int, command: list[str]) -> None:
    """Start the command, and start it again whenever it ends, until the process that started us is gone."""
    command = [part.replace("{keeper}", str(os.getpid())) for part in command]
    while os.getppid() == served:
        kept = subprocess.Popen(command)
        while kept.poll() is None and os.getppid() == served:
            time.sleep(LOOK_SECONDS)
        if kept.returncode is not None:
            time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    keep(int(sys.argv[1]), sys.argv[2:])
