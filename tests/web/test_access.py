"""Deny by default, walked over the map of all addresses."""

from collections.abc import Iterator
from typing import Any

from flask import Flask, url_for

from core.web import public
from tests.support.factories_people import make_person, sign_in


def rule_of(view: object) -> object:
    """Return what a view declares about who may use it."""
    return getattr(view, "access_rule", None)


def is_public(app: Flask, endpoint: str) -> bool:
    """Tell whether a view lets everybody in."""
    return rule_of(app.view_functions[endpoint]) is rule_of(public(lambda: None))


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and a path of everything that answers GET, except static files."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint != "static" and "GET" in (rule.methods or ()):
                values: dict[str, Any] = dict.fromkeys(rule.arguments, 1)
                yield rule.endpoint, url_for(rule.endpoint, **values)


def test_strangers_see_public_pages_only(app, client):
    for endpoint, path in addresses(app):
        response = client.get(path)
        if is_public(app, endpoint):
            assert response.status_code != 500, endpoint
        else:
            assert response.status_code == 302, endpoint
            assert response.location.startswith("/sign-in"), endpoint


def test_someone_without_a_role_finds_no_fault_and_no_door(app, client):
    sign_in(client, make_person())
    for endpoint, path in addresses(app):
        status = client.get(path).status_code
        assert status < 500, endpoint
        if path.startswith(("/manage", "/hr", "/admin")):
            assert status in {403, 404}, endpoint
