"""The command that serves a demonstration: a fictional department with the built-in course."""

import click
from flask import current_app
from rich.console import Console
from rich.table import Table

from core import clock
from core.i18n import gettext as _
from demo import cast, story
from people.labels import ROLES
from server import bring_up_to_date, hand_over

#: Passwords must be read whole, also in a narrow window or a log.
TABLE_WIDTH = 100


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Where it serves.")
@click.option("--prepare-only", is_flag=True, help="Make the data and print the passwords, but serve nothing.")
def demo(port: int, prepare_only: bool) -> None:
    """Make a fictional department, load the built-in course, print sign-in names, and serve on this machine only."""
    if not current_app.config["NEP"].demo:
        raise click.UsageError("Set NEP_DEMO=1: a demonstration never touches real data. `make demo` does it.")
    console = Console(width=TABLE_WIDTH)
    bring_up_to_date()
    if not story.is_told():
        with console.status(_("Making the fictional department…")):
            story.tell(clock.now())
    _print_guests(console, cast.welcome_guests(clock.now()))
    if not prepare_only:
        console.print(_("Serving on http://127.0.0.1:%(port)s, for this machine only. Ctrl+C ends it.", port=port))
        hand_over(host="127.0.0.1", port=port, workers=2)


def _print_guests(console: Console, guests: list[cast.Guest]) -> None:
    table = Table(title=_("Sign in as"))
    for head in (_("Role"), _("Staff code"), _("Password"), _("Full name")):
        table.add_column(head, no_wrap=True)
    for guest in guests:
        role = str(ROLES.get(guest.role, _("Learner")))
        table.add_row(role, guest.person.staff_code, guest.password, guest.person.full_name)
    console.print(table)
