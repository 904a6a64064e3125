"""Commands for training: ``flask training evaluate``, to be run every night.

Exit status: 0 done, 2 wrong usage.
"""

import json

import click
from flask.cli import AppGroup

from core import clock
from core.db import transaction
from people.access import SYSTEM
from training import services
from training.cycle_queries import open_cycle_ids

training = AppGroup("training", help="Requirements and their years.")


@training.command("evaluate")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(as_json: bool) -> None:
    """Make those owe the open years who have come to be meant since they opened. Running it again changes nothing."""
    added = {}
    for cycle_id in open_cycle_ids():
        with transaction():
            added[cycle_id] = services.evaluate_audience(cycle_id, by=SYSTEM, at=clock.now())
    if as_json:
        click.echo(json.dumps({"cycles": len(added), "added": sum(added.values())}))
    else:
        click.echo(f"{len(added)} open years, {sum(added.values())} people added.")
