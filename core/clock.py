"""The only place that reads the clock. Views and commands call it; services are handed the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: Vietnam has one zone and no summer time; the training year turns at its local midnight.
LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def _system_time() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system_time


def now() -> datetime:
    """Return the present moment, UTC and aware."""
    return _read()


def today() -> date:
    """Return the present day in Vietnam."""
    return local_day(now())


def local_day(moment: datetime) -> date:
    """Return the day in Vietnam on which a UTC moment falls."""
    return moment.astimezone(LOCAL_ZONE).date()


def local_midnight(day: date) -> datetime:
    """Return the UTC moment at which a day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_ZONE).astimezone(UTC)


def time_text(moment: datetime) -> str:
    """Return the time of day on Vietnam's clock to the second, ``09:30:00``."""
    return moment.astimezone(LOCAL_ZONE).strftime("%H:%M:%S")


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Make :func:`now` return one moment, for tests and rehearsals."""
    global _read
    before, _read = _read, lambda: moment
    try:
        yield
    finally:
        _read = before
