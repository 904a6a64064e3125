"""What holds for every address, whoever asks."""

import re

import pytest

from tests.support.databases import ROOT


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_anybody(client, path):
    assert client.get(path).status_code == 200


def test_unknown_address_is_a_page_in_vietnamese(client):
    page = client.page("/no-such-page", status=404)
    assert page.one("html")["lang"] == "vi"


def test_every_route_declares_who_may_use_it(app):
    undeclared = [name for name, view in app.view_functions.items() if not hasattr(view, "access_rule")]
    assert undeclared == []


def test_pages_carry_the_headers_that_protect_them(client):
    headers = client.get("/no-such-page").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_every_template_compiles_and_links_to_what_exists(app):
    endpoint = re.compile(r"""url_for\(\s*["']([\w.]+)["']""")
    missing = []
    for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
        app.jinja_env.get_template(name)
        source = (ROOT / "templates" / name).read_text(encoding="utf-8")
        missing += [f"{name}: {found}" for found in endpoint.findall(source) if found not in app.view_functions]
    assert missing == []
