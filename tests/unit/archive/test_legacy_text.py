"""Old texts are mended where it is known what happened to them, and otherwise left alone (REQUIREMENTS A15, F)."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.legacy_text import KAZAKH, MISREAD, mend

SOURCES = Path(__file__).parents[2] / "data" / "sources"


def source(name: str) -> str:
    return (SOURCES / f"{name}.txt").read_text(encoding="utf-8")


def by_rule(text: str) -> Counter[str]:
    return Counter(mending.rule for mending in mend(text).mendings)


def test_kz_1048_read_as_windows_1251_is_undone_line_by_line():
    text = source("004")
    mended = mend(text)
    changed = [each for each in mended.mendings if each.rule == "kz-1048"]
    letters = sum(was != now for each in changed for was, now in zip(each.before, each.after, strict=True))
    assert (len(changed), letters) == (126, 1342)
    assert not any(ord(letter) in MISREAD for letter in mended.text)
    assert "ақпараттық технологияларды қолдану бойынша нәтиже" in mended.text
    assert all(each.before.count("і") == each.after.count("і") for each in changed), "і is right in both tables"
    right = [line for line in text.splitlines() if not KAZAKH.isdisjoint(line)]
    assert not {each.before for each in changed} & set(right), "what was right stays"


def test_what_a_web_page_has_around_its_text_is_dropped():
    mended = mend(source("004"))
    dropped = [each.line for each in mended.mendings if each.rule == "page-furniture"]
    assert dropped == [1, 2, *range(299, 307), 309, 312, 313, 315]
    assert mended.text.splitlines()[0] == "Қорытынды"
    assert mended.text.rstrip().endswith("2012 г.")
    assert mend(source("000")).text.splitlines()[0] == "İnformasiya mərkəzi (şöbə hüququnda)"
    assert mend(source("002")).text.rstrip().endswith("bildiriş göndərir.")


def test_torn_letters_come_back_to_their_words():
    mended = mend(source("000"))
    assert by_rule(source("000")) == {"page-furniture": 4, "torn-letters": 15, "hard-i": 1, "lost-beginning": 1}
    assert "\nSeçkilər (referendum) prosesində" in mended.text
    assert "\nDAİS-ə daxil edilməli" in mended.text
    assert "\nMüasir avtomatlaşdırılmış" in mended.text
    assert "yekunları müəyyənləşdirilərkən" in mended.text
    (lost,) = [each for each in mended.mendings if each.rule == "lost-beginning"]
    assert lost.before == lost.after
    assert lost.before.startswith("ağı seçki komissiyalarının"), "nobody can know that it was aşağı"


@pytest.mark.parametrize("name", ["001", "003"])
def test_a_text_in_order_comes_back_as_it_was(name):
    mended = mend(source(name))
    assert (mended.text, mended.mendings) == (source(name), ())


@pytest.mark.parametrize(
    "text",
    [
        "Він працює для людей, які її знають, а його ґанок є новий.",
        "Ён быў у школе, і гэта было ўсё, што яна ведае.",
        "Што е ова? Ѕвезда на небото, ќе дојде во куќата.",
        "Ово је кућа која није његова, а то су људи који ћуте.",
        "Isıtma ve ısı: bir ışık",
    ],
    ids=["Ukrainian", "Belarusian", "Macedonian", "Serbian", "Turkish"],
)
def test_the_same_letters_are_right_in_other_languages(text):
    assert mend(text).text == text


def test_a_foreign_line_in_a_kazakh_text_stays():
    kazakh = "Аќпараттыќ жїйелерді енгізу бойынша мемлекеттік органныѕ ќызметініѕ дјрежесі."
    ukrainian = "Договір про співробітництво, який є чинним для його сторін"
    mended = mend(f"{kazakh}\n{ukrainian}")
    assert mended.text == (
        f"Ақпараттық жүйелерді енгізу бойынша мемлекеттік органның қызметінің дәрежесі.\n{ukrainian}"
    )


@given(st.text(max_size=300))
def test_any_text_is_mended_once_and_for_all(text):
    assert mend(mend(text).text).text == mend(text).text
