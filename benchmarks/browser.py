"""A reader at a browser: keeps cookies, follows redirects, and finds in a page what its forms need."""

import gzip
import http.client
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask

Fields = Iterable[tuple[str, str]]
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What a server answered; header names in lower case, each with all its values."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes


#: Asks a server: method, path, body, headers.
Ask = Callable[[str, str, str | None, dict[str, str]], Answer]


def over_http(port: int) -> Ask:
    """Return how to ask a server on loopback, over a connection that is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return _answer(response.status, response.getheaders(), response.read())

    return ask


def in_process(app: Flask) -> Ask:
    """Return how to ask an application in this process, without a server."""
    client = app.test_client(use_cookies=False)

    def ask(method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        response = client.open(path, method=method, data=body, headers=headers)
        return _answer(response.status_code, list(response.headers), response.data)

    return ask


def _answer(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name.lower(), []).append(value)
    return Answer(status, named, gzip.decompress(body) if "gzip" in named.get("content-encoding", ()) else body)


class Browser:
    """A reader, signed in or not, at one page after the other."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._cookies: dict[str, str] = {}
        self.page = ""
        self.path = ""

    def open(self, path: str) -> None:
        """Open a page, which must be there."""
        self._arrive(path, self._send("GET", path))

    def submit(self, path: str, *fields: tuple[str, str]) -> None:
        """Send a form of the page with its token, and come to where that leads."""
        self._arrive(path, self.send(path, *fields))

    def send(self, path: str, *fields: tuple[str, str]) -> Answer:
        """Send a form of the page with its token, and stay."""
        return self._send("POST", path, (("csrf_token", self.token), *fields), {"Content-Type": _FORM})

    def call(self, path: str, fields: Fields) -> None:
        """Send a form as the page's script does: the page stays, and the answer must say that all is well."""
        headers = {"Content-Type": _FORM, "Accept": "application/json"}
        answer = self._send("POST", path, (("csrf_token", self.token), *fields), headers)
        assert answer.status == http.client.OK, f"{path}: {answer.status} {answer.body[:500]!r}"

    @property
    def token(self) -> str:
        """Return the token of the page's forms."""
        return next(value for kind, name, value in self.inputs() if name == "csrf_token")

    def inputs(self) -> list[tuple[str, str, str]]:
        """Return type, name and value of the page's inputs, in order."""
        found = [dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(self.page)]
        return [(each.get("type", "text"), each["name"], each.get("value", "")) for each in found if "name" in each]

    def _arrive(self, path: str, answer: Answer) -> None:
        while answer.status in (302, 303):
            path = answer.headers["location"][0]
            answer = self._send("GET", path)
        assert answer.status == http.client.OK, f"{path}: {answer.status} {answer.body[:500]!r}"
        self.path, self.page = path, answer.body.decode()

    def _send(self, method: str, path: str, fields: Fields = (), more: Mapping[str, str] | None = None) -> Answer:
        headers = {"Accept": "text/html", "Accept-Encoding": "gzip", **(more or {})}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        answer = self._ask(method, path, urlencode(list(fields)) if method == "POST" else None, headers)
        for cookie in answer.headers.get("set-cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer
