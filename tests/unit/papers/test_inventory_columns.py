"""The heads of printed inventories do not run into one another, in any language."""

import pytest
from fontTools.ttLib import TTFont

from engine.definition import LANGUAGES
from processes.documents.glyphs import FONTS
from processes.inventories import DOCUMENTS, FILES, NOMENCLATURE
from processes.inventory_words import inventory_word

PAGE, GUTTER, POINT = 165.0, 4.0, 25.4 / 72
"""millimetres: between the margins, behind each column but the last, a point"""
SIZE = 8.5
ENTRIES = {"no": "1000", "opened": "06.07.2026", "closed": "06.07.2026", "date": "06.07.2026"}
"""what stands below some heads and cannot be broken, eight points high"""


@pytest.fixture(scope="module")
def width():
    font = TTFont(FONTS / "NotoSans-Regular.ttf")
    glyphs, advances, em = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    return lambda text: sum(advances[glyphs[ord(c)]][0] for c in text) / em * SIZE * POINT


@pytest.mark.parametrize("columns", [FILES, DOCUMENTS, NOMENCLATURE])
def test_each_word_has_room_in_its_column(columns, width):
    whole, last = sum(columns.values()), list(columns)[-1]
    for name, share in columns.items():
        room = PAGE * share / whole - (0 if name == last else GUTTER)
        words = [word for language in LANGUAGES for word in inventory_word(name, language).split()]
        for word in [*words, ENTRIES.get(name, "")]:
            assert width(word) <= room, f"{word} in {name}: {width(word):.1f} of {room:.1f} mm"
