"""Text as it can be printed."""

import re
import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from processes.documents.glyphs import FONTS, LONGEST_WORD, SOFT_BREAK, printable, printable_characters

MARK = re.compile(r"⟨U\+[0-9A-F]{4,6}⟩")


def test_the_four_languages_and_their_money_are_printable():
    letters = "əğıöüçşƏĞİIÖÜÇŞ әғқңөұүһіӘҒҚҢӨҰҮҺІ ёЁъыэ ₼₸₽€№«»“”„—–…·§°×"
    assert printable(letters) == (letters, frozenset())


@pytest.mark.parametrize("face", sorted(FONTS.glob("*.ttf")), ids=lambda face: face.stem)
def test_no_face_carries_hinting_into_each_document(face):
    # fonts/OFL.txt tells how to make a face ready
    with TTFont(face, lazy=True) as font:
        assert not {"fpgm", "prep", "cvt "} & set(font.keys())
        # nothing else was taken away
        assert {"mark", "mkmk"} <= {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}


def test_emoji_stand_as_their_code_points():
    assert printable("yaxşı 😀!") == ("yaxşı ⟨U+1F600⟩!", frozenset("😀"))


def test_direction_marks_and_hidden_characters_become_visible():
    for hidden in "\u202e\u2066\u200f\u200b\u200d\ufeff\u00ad\x00\x1b\x85\ue000\ud800":
        text, replaced = printable(f"a{hidden}b")
        assert text == f"a⟨U+{ord(hidden):04X}⟩b"
        assert replaced == {hidden}


def test_nobody_can_fake_the_mark_of_a_replaced_character():
    assert printable("⟨U+1F600⟩")[0] == "⟨U+27E8⟩U+1F600⟨U+27E9⟩"


def test_line_ends_and_tabs():
    assert printable("a\r\nb\rc\td") == ("a\nb\nc    d", frozenset())


def test_a_pile_of_marks_does_not_run_over_the_lines_above():
    text, replaced = printable("a" + "\u0301" * 50)
    assert text.count("\u0301") == 3
    assert len(MARK.findall(text)) == 47
    assert replaced == {"\u0301"}


def test_an_endless_word_may_break_and_loses_nothing():
    for word in ("Ж" * 33_000, "a" * 40_000, "a\u00a0" * 20_000, "😀" * 3_000):
        text, _ = printable(word)
        assert all(len(MARK.sub("x", part)) <= 8 for part in text.split(SOFT_BREAK))
    assert printable("a" * 40_000)[0].replace(SOFT_BREAK, "") == "a" * 40_000


def test_ordinary_words_and_digests_stay_whole():
    for word in ("қанағаттандырылмағандықтарыңыздан", "0123456789abcdef" * 4):
        assert printable(word)[0] == word


@given(st.text())
def test_whatever_comes_the_result_can_be_set(text):
    result, _ = printable(text)
    allowed = printable_characters() | {"⟨", "⟩", SOFT_BREAK}
    assert set(result) <= allowed
    for word in re.split(rf"[ \n{SOFT_BREAK}]", result):
        assert len(MARK.sub("x", word)) <= LONGEST_WORD + 24  # marks of one letter, or a digest, stay together
    assert not any(unicodedata.category(each) in {"Cf", "Cc"} for each in set(result) - {SOFT_BREAK, "\n"})
