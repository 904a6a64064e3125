"""Whether a source is in force on a day."""

from datetime import date

import pytest

from library.rules import Force, force_on

DAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("begins", "ends", "force"),
    [
        (None, None, Force.UNKNOWN),
        (date(2026, 7, 1), None, Force.IN_FORCE),
        (date(2026, 7, 2), None, Force.NOT_YET),
        (date(2019, 1, 1), date(2026, 7, 1), Force.ENDED),
        (date(2019, 1, 1), date(2026, 7, 2), Force.IN_FORCE),
        (None, date(2026, 7, 1), Force.ENDED),
    ],
)
def test_force_is_half_open(begins, ends, force):
    assert force_on(begins, ends, DAY) is force
