"""The page of components: every part of the design system, on every kind of browser."""

import pytest


@pytest.mark.parametrize("live", ["sqlite", "postgres"], indirect=True)
def test_server_answers(page):
    assert page.goto("/healthz").status == 200


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_components_are_accessible(new_page, axe, theme):
    page = new_page(color_scheme=theme)
    page.goto("/design")
    axe(page)


def test_components_fit_a_phone(phone, axe):
    phone.goto("/design")
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= phone.viewport_size["width"]


def test_components_need_no_javascript(page_without_js):
    page_without_js.goto("/design")
    assert page_without_js.locator("h1").count() == 1
