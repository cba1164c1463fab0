"""What is blackened on a page is in its picture and not in its words, however the word is written."""

import base64
import struct
import zlib
from datetime import date
from typing import Any

import pytest
from small_pdf import small_pdf

from processes.blackening import blackened, pictured
from processes.documents import DocumentRenderer
from processes.extraction_worker import layers_of, text_of

TWO_LINES = small_pdf("Letter of Karim Ali-", "yev about water, call 50 111 22 33")


def grey(picture: str, x: float, y: float) -> int:
    """The grey of a point, in hundredths of a PNG's width and height."""
    content = base64.b64decode(picture)
    wide, high = struct.unpack(">II", content[16:24])
    start = content.index(b"IDAT") + 4
    rows = zlib.decompress(content[start : content.rindex(b"IEND") - 8])
    return rows[int(high * y / 100) * (wide + 1) + 1 + int(wide * x / 100)]


def words(told: dict[str, Any]) -> str:
    return " ".join(each[0] for page in told["pages"] for each in page["words"])


@pytest.mark.parametrize("removed", ["Karim Aliyev", "KARİM ALİYEV", "karim  ali-yev"])
def test_a_name_is_removed_whatever_its_case_and_breaks(removed: str) -> None:
    told = blackened(TWO_LINES, [removed, "501112233"], [])
    assert told["missing"] == []
    assert words(told) == "Letter of about water, call"


def test_an_area_is_black_and_its_words_are_gone() -> None:
    told = blackened(TWO_LINES, [], [[1, 0, 28, 100, 6]])
    [page] = told["pages"]
    assert (grey(page["picture"], 50, 30), grey(page["picture"], 50, 90)) == (0, 255)
    assert page["boxes"] == 1
    assert "Letter" not in words(told)
    assert "water" in words(told)


def test_a_word_that_is_not_there_is_named_and_a_strange_file_refused() -> None:
    assert blackened(TWO_LINES, ["Leyla", "water"], [])["missing"] == ["Leyla"]
    assert "refused" in blackened(b"%PDF-1.7 torn", ["water"], [])
    assert "refused" in blackened(small_pdf("x", width=90_000), ["x"], [])
    assert "refused" in pictured(TWO_LINES, 2)
    assert pictured(TWO_LINES, 1)["pages"] == 1


def test_what_is_left_around_a_removed_word_does_not_make_it_again() -> None:
    told = blackened(small_pdf("se secret cret"), ["secret"], [])
    assert words(told) == ""


def test_the_copy_holds_no_trace_of_what_was_removed() -> None:
    removed = ["Karim Aliyev"]
    pages = blackened(TWO_LINES, removed, [])["pages"]
    with DocumentRenderer() as renderer:
        pdf = renderer.render_pictures(pages, title="Məktub", language="az", alt="{number}", on=date(2026, 3, 19))
    assert layers_of(pdf, removed) == {
        "leaked": [], "attachments": 0, "annotations": 0, "older_states": 0, "unread_pages": 0
    }  # fmt: skip
    assert text_of(pdf)["text"].split() == ["Letter", "of", "about", "water,", "call", "50", "111", "22", "33"]
    assert b"pdfaid:part" in pdf
