"""Serving: bring the database up to date, keep a worker for background jobs, and hand over to gunicorn."""

import os
import subprocess
import sys
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import inspect

from core.db import db

MIGRATIONS = Path(__file__).parent / "migrations"
KEEPER = Path(__file__).parent / "keeper.py"
#: Threads wait together while SQLite has one writer; more workers than cores gain nothing.
THREADS = 4


def bring_up_to_date() -> None:
    """Run the migrations that this database has not seen."""
    upgrade(directory=str(MIGRATIONS))


def set_up_empty() -> None:
    """Run the migrations on a database without tables; one that has tables is left as it is."""
    if not inspect(db.engine).get_table_names():
        bring_up_to_date()


def hand_over(*, host: str, port: int, workers: int) -> None:
    """Replace this process by gunicorn, serving until it is stopped, with a worker for background jobs beside it."""
    sys.stdout.flush()
    sys.stderr.flush()
    _keep_worker(os.getpid())
    arguments = [
        sys.executable,
        "-m",
        "gunicorn",
        "--worker-class=gthread",
        f"--workers={workers}",
        f"--threads={THREADS}",
        f"--bind={host}:{port}",
        "--log-level=warning",
        "--worker-tmp-dir=/dev/shm",
        # Its socket would lie in the home folder, one for all instances of a user, and nobody steers ours by it.
        "--no-control-socket",
        "app:create_app()",
    ]
    os.execv(sys.executable, arguments)


def _keep_worker(served: int) -> None:
    """Start the keeper of the worker for jobs, which starts the worker, and again should it die.

    The server will have the number of this process, so that the keeper, and through it the worker, notices when the
    server is gone, whatever ended it. The server needs neither of them to answer requests.
    """
    worker = [sys.executable, "-m", "flask", "--app", "app", "jobs", "work", "--parent={keeper}"]
    subprocess.Popen([sys.executable, str(KEEPER), str(served), *worker])
