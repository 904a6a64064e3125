"""Administrators' commands about background jobs."""

import json
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from core import job_worker
from core.db import db
from core.job_models import Job
from core.job_runs import registry, run_minutely, run_pending

jobs = AppGroup("jobs", help="Background jobs.")


@jobs.command("work")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True, help="Jobs at the same time.")
@click.option("--parent", type=int, hidden=True, help="Stop when this process, which started us, is gone.")
def work(workers: int, parent: int | None) -> None:
    """Run jobs and periodic work until stopped. `serve` and `demo` do this by themselves."""
    job_worker.work(_app(), workers=workers, parent=parent)


@jobs.command("run")
@click.option("--once", is_flag=True, required=True, help="End when nothing is waiting any more.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def run(once: bool, as_json: bool) -> None:
    """Run the periodic work and what is waiting, then end; for cron."""
    failed = [name for name in registry().minutely if not run_minutely(name)]
    count = run_pending(_app(), limit=1000)
    if as_json:
        click.echo(json.dumps({"run": count, "failed": failed}))
    else:
        click.echo(f"run: {count}, failed: {', '.join(failed) or 'none'}")
    if failed:
        raise SystemExit(1)


@jobs.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The latest so many.")
def list_jobs(as_json: bool, limit: int) -> None:
    """List jobs, the latest first."""
    found = [_described(job) for job in db.session.scalars(select(Job).order_by(Job.id.desc()).limit(limit))]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for job in found:
            click.echo(
                f"{job['id']}  {job['state']}  {job['done']}/{job['total'] or '?'}  {job['key']}  {job['error']}"
            )


def _described(job: Job) -> dict[str, Any]:
    moments = {
        name: value.isoformat() if (value := getattr(job, name)) else None
        for name in ("created_at", "started_at", "seen_at", "finished_at")
    }
    names = ("id", "name", "key", "state", "done", "total", "tries", "error", "by_id")
    return {name: getattr(job, name) for name in names} | moments


def _app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]
