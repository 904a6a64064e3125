"""Every text of the interface has its Vietnamese."""

from scripts.translations import problems


def test_translations_are_complete_and_agree():
    assert problems() == []
