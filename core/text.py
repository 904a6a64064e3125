"""Vietnamese text: normal form, sort keys, folding for search."""

import re
import unicodedata

#: CLDR root of Vietnamese: these letters differ at the first level, tones at the second (unicode-org/cldr, vi.xml).
_ALPHABET = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PRIMARY = {letter: chr(0x30 + place) for place, letter in enumerate(_ALPHABET)}
#: ngang < huyền < hỏi < ngã < sắc < nặng
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SPACES = re.compile(r"\s+")


def nfc(text: str) -> str:
    """Return text in Unicode normal form C, in which everything here is stored and compared."""
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """Return one line of typed text: NFC, spaces collapsed, ends trimmed."""
    return _SPACES.sub(" ", nfc(text)).strip()


def has_unprintable(text: str) -> bool:
    """Tell whether text has control, private, surrogate or unassigned characters, which no name or code has."""
    return any(unicodedata.category(character)[0] == "C" for character in text)


def has_symbols(text: str) -> bool:
    """Tell whether text has pictographs or other symbols (an emoji in a name)."""
    return any(unicodedata.category(character) in {"So", "Sk", "Cs"} for character in text)


def fold(text: str) -> str:
    """Return text for search: lower case without diacritics, đ as d; old and new tone placement fold alike."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return _SPACES.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def slug(text: str) -> str:
    """Return text as a piece of an address: lower case, no diacritics, hyphens between words, at most 80 characters."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text))[:80].strip("-")


def token_key(token: str) -> str:
    """Return the sort key of one word: its letters in Vietnamese order, then its tones. Compare as bytes."""
    primary, tones = [], []
    for character in nfc(token.lower()):
        letter, tone = _without_tone(character)
        if letter in _PRIMARY:
            primary.append(_PRIMARY[letter])
            tones.append(tone)
    return "".join(primary) + '"' + "".join(tones)


def sort_key(text: str) -> str:
    """Return the sort key of a title or a unit's name, word by word."""
    return "!".join(token_key(token) for token in clean_line(text).split(" ") if token)


def name_sort_key(full_name: str) -> str:
    """Return the sort key of a person's name: given name, then middle, then family name.

    The last word is the given name and the first the family name, as Vietnamese lists are ordered.
    """
    words = clean_line(full_name).split(" ")
    given, family, middle = words[-1], words[0] if len(words) > 1 else "", words[1:-1]
    return " ".join((token_key(given), "!".join(token_key(word) for word in middle), token_key(family)))


def given_name(full_name: str) -> str:
    """Return the name by which a Vietnamese person is addressed: the last word."""
    return clean_line(full_name).split(" ")[-1]


def _without_tone(character: str) -> tuple[str, str]:
    """Split a letter into its base (with breve, circumflex or horn kept) and its tone digit."""
    decomposed = unicodedata.normalize("NFD", character)
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), "0")
    base = "".join(mark for mark in decomposed if mark not in _TONES)
    return unicodedata.normalize("NFC", base), tone
