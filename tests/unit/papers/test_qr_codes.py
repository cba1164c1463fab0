"""The QR code of a verify page's address is, module by module, the one that segno draws."""

import io
import string

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from processes.documents.qr import qr_code, qr_modules


def by_segno(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False, mask=3, mode="byte")


ADDRESSES = st.text(string.ascii_letters + string.digits + "/:.-?=&", min_size=1, max_size=330)


@given(ADDRESSES)
def test_any_address_has_the_modules_that_segno_gives_it(text: str) -> None:
    size, modules = qr_modules(text)
    expected = by_segno(text).matrix
    assert size == len(expected)
    assert modules == b"".join(bytes(row) for row in expected)


@pytest.mark.parametrize("length", [1, 14, 15, 26, 60, 61, 62, 63, 180, 181, 213, 214, 400, 666])
def test_at_every_step_from_one_size_to_the_next(length: int) -> None:
    text = ("https://karguzar.example/verify/" + "ABCDE-FGHIJ" * 60)[:length]
    assert qr_modules(text)[1] == b"".join(bytes(row) for row in by_segno(text).matrix)


def test_the_drawing_is_the_same_byte_for_byte() -> None:
    address = "http://127.0.0.1:8080/verify/AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F"
    drawn = io.BytesIO()
    by_segno(address).save(drawn, kind="svg", border=0, dark="#1b2340", xmldecl=False, svgns=True, nl=False)
    assert qr_code(address) == drawn.getvalue().decode()


def test_without_an_address_there_is_no_code() -> None:
    assert qr_code("") == ""
