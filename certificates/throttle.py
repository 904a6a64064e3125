"""A modest limit on how often one address may look certificates up, so that the register can't be copied by trying.

Codes hold 130 random bits; the limit is for the load, not for the secret. It counts in this process only.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from core.errors import TooMany
from core.i18n import lazy_gettext as _l

WINDOW = timedelta(minutes=10)
LOOKUPS_PER_WINDOW = 60
#: Addresses remembered at most; the oldest are forgotten first.
ADDRESSES = 10_000


class LookupThrottle:
    """Counts lookups by address in windows of ten minutes."""

    def __init__(self) -> None:
        self._windows: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = Lock()

    def check(self, address: str, *, at: datetime) -> None:
        """Count one lookup.

        :raises TooMany: when the address has made too many in this window.
        """
        with self._lock:
            began, count = self._windows.get(address, (at, 0))
            if at - began >= WINDOW:
                began, count = at, 0
            self._windows[address] = (began, count + 1)
            while len(self._windows) > ADDRESSES:
                self._windows.popitem(last=False)
        if count >= LOOKUPS_PER_WINDOW:
            raise TooMany(_l("Too many certificates were looked up from here."), _l("Wait ten minutes and try again."))
