"""What can happen around an attempt: the words of its event log. Pure; no score uses any of it."""

from typing import Any

from core.i18n import lazy_gettext as _l

#: What an attempt itself tells, and what the server writes down.
START, SUBMIT, EXPIRE, EXTEND, LATE, HAND_IN_FILE, DECIDE_FILE, MARK, CORRECT, WITHDRAW = (
    "start", "submit", "expire", "extend", "late", "hand_in_file", "decide_file", "mark", "correct", "withdraw",
)  # fmt: skip
#: What the page of an attempt tells.
OPEN, RESUME, OFFLINE, ONLINE, OTHER_PAGE, SIGN_IN = "open", "resume", "offline", "online", "other_page", "sign_in"
FROM_PAGE = frozenset({OPEN, RESUME, OFFLINE, ONLINE, OTHER_PAGE, SIGN_IN})

EVENTS: dict[str, Any] = {
    START: _l("Attempt begun"),
    SUBMIT: _l("Attempt handed in"),
    EXPIRE: _l("Ended when the time was up"),
    EXTEND: _l("Minutes given"),
    LATE: _l("Answers given in time arrived after the deadline"),
    HAND_IN_FILE: _l("Answer file handed in"),
    DECIDE_FILE: _l("Answer file decided"),
    MARK: _l("Marked by hand"),
    CORRECT: _l("Points corrected"),
    WITHDRAW: _l("Pass withdrawn"),
    OPEN: _l("Page opened"),
    RESUME: _l("Came back to the page"),
    OFFLINE: _l("Lost the network"),
    ONLINE: _l("Back on the network"),
    OTHER_PAGE: _l("Opened in another window or on another device"),
    SIGN_IN: _l("Signed in again"),
}
