"""What every page of the product must keep to. Each rule yields complaints; none means that the page is good."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

from scripts.translations import merged_catalog, parts
from tests.support.html import Element, parse, tag_faults

#: Inputs that need no label: nobody sees them, or their value is the label.
UNLABELLED_INPUTS = {"hidden", "submit", "button", "reset", "image"}
#: Texts inside these are data, code or written by authors.
NOT_INTERFACE = {"script", "code", "pre", "textarea", "option"}


def complaints(markup: str) -> list[str]:
    """Return everything that is wrong with a page."""
    page = parse(markup)
    return [*tag_faults(markup), *(complaint for rule in RULES for complaint in rule(page))]


def _has_head(page: Element) -> Iterator[str]:
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} h1 elements"
    if not any(title.text for title in page.all("title")):
        yield "no title"
    if not any(html.get("lang") in {"vi", "en"} for html in page.all("html")):
        yield "no language on the html element"


def _has_unique_ids(page: Element) -> Iterator[str]:
    ids = Counter(element["id"] for element in page.walk() if "id" in element.attributes)
    yield from (f"id {name!r} is used {count} times" for name, count in ids.items() if count > 1)
    for element in page.walk():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers"):
            for name in element.get(attribute).split():
                if name not in ids:
                    yield f"{attribute}={name!r} of <{element.tag}> points to nothing"


def _labels_inputs(page: Element) -> Iterator[str]:
    labelled = {label["for"] for label in page.all("label") if "for" in label.attributes}
    for control in page.all("input", "select", "textarea"):
        if control.get("type") in UNLABELLED_INPUTS:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (named or control.get("id") in labelled or control.is_inside("label")):
            yield f"<{control.tag} name={control.get('name')!r}> has no label"


def _names_links_and_buttons(page: Element) -> Iterator[str]:
    for element in page.all("a", "button"):
        pictures = [picture for picture in element.all("img", "svg") if picture.get("alt") or picture.text]
        if not (element.text or element.get("aria-label") or element.get("aria-labelledby") or pictures):
            yield f"<{element.tag} href={element.get('href')!r}> has no text"
        if element.tag == "a" and not (element.get("href") or element.get("id")):
            yield f"link {element.text!r} leads nowhere"


def _protects_forms(page: Element) -> Iterator[str]:
    for form in page.all("form"):
        if "action" not in form.attributes or form.get("method").lower() not in {"get", "post"}:
            yield f"form {form.attributes} lacks an action or a method"
        tokens = form.all("input", name="csrf_token", type="hidden")
        if form.get("method").lower() == "post" and not any(token.get("value") for token in tokens):
            yield f"form to {form.get('action')!r} has no CSRF token"
        if form.get("method").lower() == "get" and tokens:
            yield f"form to {form.get('action')!r} puts its CSRF token into the address"


def _keeps_content_policy(page: Element) -> Iterator[str]:
    for element in page.walk():
        if element.tag == "style" or (
            element.tag == "script" and not element.get("src") and element.get("type") != "application/json"
        ):
            yield f"inline <{element.tag}>"
        if element.get("href").lower().startswith("javascript:"):
            yield f"script in the address of {element.text!r}"
        for name in element.attributes:
            if name == "style" or name.startswith("on"):
                yield f"inline {name} on <{element.tag}>"
        for attribute in ("src", "srcset", "poster"):
            if element.get(attribute).startswith(("http:", "https:", "//")):
                yield f"<{element.tag}> loads {element[attribute]} from elsewhere"


def _describes_pictures(page: Element) -> Iterator[str]:
    yield from (
        f"picture {picture.get('src')!r} has no alt" for picture in page.all("img") if "alt" not in picture.attributes
    )


def _is_translated(page: Element) -> Iterator[str]:
    vietnamese = any(html.get("lang") == "vi" for html in page.all("html"))
    for element, text in page.texts():
        shown = " ".join(text.split())
        if element.tag in NOT_INTERFACE or element.get("lang") == "en" or element.is_inside("pre"):
            continue
        if "%(" in shown:
            yield f"placeholder left in {shown!r}"
        if vietnamese and shown in english_texts():
            yield f"not translated: {shown!r}"


@cache
def english_texts() -> frozenset[str]:
    """Return the English texts that have another wording in Vietnamese."""
    return frozenset(
        message.id
        for message in merged_catalog(parts())
        if message.id and isinstance(message.id, str) and message.id != message.string
    )


RULES = (
    _has_head,
    _has_unique_ids,
    _labels_inputs,
    _names_links_and_buttons,
    _protects_forms,
    _keeps_content_policy,
    _describes_pictures,
    _is_translated,
)
