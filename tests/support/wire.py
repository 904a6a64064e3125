"""A visitor who speaks plain HTTP to a live server, so that tests see what was answered and what was cut off."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException
from http.cookiejar import Cookie, CookieJar
from typing import Any

from tests.support.factories_people import PASSWORD
from tests.support.html import Element, parse

SECONDS = 30


class CutOff(Exception):
    """Raised when the server went away before its answer was whole."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def page(self) -> Element:
        """Return the page that came back."""
        return parse(self.body.decode())

    @property
    def json(self) -> Any:
        """Return the object that came back."""
        return json.loads(self.body)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: where it leads is part of the answer."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class Visitor:
    """Keeps cookies and talks to one server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies), _Stay())

    def get(self, path: str, accept: str = "text/html") -> Answer:
        """Fetch an address."""
        return self._send(urllib.request.Request(self.url + path, headers={"Accept": accept}))

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]], accept: str = "text/html") -> Answer:
        """Send a form."""
        data = urllib.parse.urlencode(fields, doseq=True).encode()
        return self._send(urllib.request.Request(self.url + path, data=data, headers={"Accept": accept}))

    def hang_up(self, path: str, fields: Mapping[str, str | Sequence[str]], share: float = 1.0) -> None:
        """Send a form, or the first part of it, and go away without listening."""
        data = urllib.parse.urlencode(fields, doseq=True).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Accept": "application/json"})
        self._cookies.add_cookie_header(request)
        headers = {**dict(request.header_items()), "Content-Length": str(len(data))}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection(request.host, timeout=SECONDS)
        try:
            connection.request("POST", path, data[: int(len(data) * share)], headers)
        except OSError as error:
            raise CutOff(str(error)) from error
        finally:
            connection.close()

    def carry(self, name: str, value: str) -> None:
        """Take a cookie along from now on."""
        host = urllib.parse.urlsplit(self.url).hostname or ""
        self._cookies.set_cookie(
            Cookie(0, name, value, None, False, host, False, False, "/", True, False, None, True, None, None, {})
        )

    def sign_in(self, staff_code: str) -> None:
        """Sign in as somebody whom the factories made with an account."""
        token = self.get("/sign-in").page.all("input", name="csrf_token")[0]["value"]
        answer = self.post("/sign-in", {"csrf_token": token, "name": staff_code, "password": PASSWORD})
        assert answer.status == 302, answer.body.decode()

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with self._open(request) as response:
                return Answer(response.status, response.headers, response.read())
        except (OSError, HTTPException) as error:
            raise CutOff(str(error)) from error

    def _open(self, request: urllib.request.Request) -> Any:
        try:
            return self._opener.open(request, timeout=SECONDS)
        except urllib.error.HTTPError as refusal:
            return refusal  # It is an answer too.
