"""When two written answers say the same: what an author lets learners write in more than one way. Pure.

Everything is compared in NFC. The old and the new placement of a Vietnamese tone (``hòa`` and ``hoà``, ``khỏe`` and
``khoẻ``, ``thúy`` and ``thuý``) differ in open syllables that end in oa, oe or uy only; elsewhere (``hoàn``, ``hoài``,
``quý``, whose u belongs to the consonant) every hand puts it in the same place, so nothing is moved there.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.text import nfc

#: Grave, acute, tilde, hook above, dot below: the tones, as combining characters.
_TONE = "[\u0300\u0301\u0303\u0309\u0323]"
#: In NFD: a tone on the first of the two vowels, nothing on the second, and the syllable ends there.
_TONE_ON_FIRST = re.compile(rf"((?<![qQ])[uU]|[oO])({_TONE})((?<=[oO].)[aAeE]|(?<=[uU].)[yY])(?![\w\u0300-\u036f])")
_SPACES = re.compile(r"\s+")
#: What ends or encloses a sentence. No signs that numbers, codes or amounts are made of (- + / % and the like).
_PUNCTUATION = ".,;:!?…\"'“”‘’«»()[]"
_DOUBLED = re.compile(rf"([{re.escape(_PUNCTUATION)}])\1+")


@dataclass(frozen=True)
class Folding:
    """What is taken as equal; in JSON one truth for each field.

    ``case``: capitals and small letters; ``marks``: letters with and without diacritics, đ and d; ``edges``: spaces and
    punctuation at the ends, and doubled ones; ``tones``: the old and the new placement of a tone.
    """

    case: bool = True
    marks: bool = False
    edges: bool = True
    tones: bool = True

    @classmethod
    def of(cls, raw: Any) -> "Folding":
        """Return the rules that JSON describes; what it leaves out is as for a new question."""
        given = raw if isinstance(raw, Mapping) else {}
        names = ("case", "marks", "edges", "tones")
        return cls(**{name: bool(given[name]) for name in names if name in given})

    def key(self, text: str) -> str:
        """Return what texts that say the same have in common."""
        text = nfc(text)
        if self.tones:
            text = with_new_tones(text)
        if self.marks:
            text = without_marks(text)
        if self.case:
            text = nfc(text.casefold())
        return without_edges(text) if self.edges else text


def with_new_tones(text: str) -> str:
    """Return text with the tones of oa, oe and uy on the second vowel, in NFC: ``hòa`` becomes ``hoà``."""
    return nfc(_TONE_ON_FIRST.sub(r"\1\3\2", unicodedata.normalize("NFD", text)))


def without_marks(text: str) -> str:
    """Return text without diacritics, đ as d; capitals stay capitals."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return nfc("".join(character for character in decomposed if not unicodedata.combining(character)))


def without_edges(text: str) -> str:
    """Return text without spaces and punctuation at its ends, doubled ones once; text of nothing else keeps it."""
    once = _DOUBLED.sub(r"\1", _SPACES.sub(" ", text)).strip()
    return once.strip(_PUNCTUATION + " ") or once


#: The rules of a new question.
DEFAULTS = Folding()
