"""QR codes: those of segno, whether it was asked or an earlier code was added to."""

import re
from random import Random

import pytest
import segno

from processes.documents.qr import qr_code

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-"


def dark_modules(picture: str) -> set[tuple[int, int]]:
    runs = re.findall(r"M(\d+) (\d+)\.5h(\d+)", picture)
    return {(int(x) + more, int(y)) for x, y, length in runs for more in range(int(length))}


def modules_of(text: str) -> set[tuple[int, int]]:
    rows = segno.make(text, error="m", micro=False, mask=3).matrix
    return {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}


@pytest.mark.parametrize(
    "stem", ["https://office.example/verify/", "https://kargüzar.example/v/", "https://қызмет.kz/"]
)
def test_the_code_of_an_address_is_segnos(stem):
    chosen = Random(stem)
    for _ in range(60):
        address = stem + "".join(chosen.choices(ALPHABET, k=6))
        assert dark_modules(qr_code(address)) == modules_of(address)


def test_after_some_addresses_a_code_is_a_sum(monkeypatch):
    addresses = [f"https://sums.example/{number:03}" for number in range(0, 999, 7)]
    for address in addresses:
        qr_code(address)
    expected = modules_of("https://sums.example/279")
    monkeypatch.setattr(segno, "make", None)
    assert dark_modules(qr_code("https://sums.example/279")) == expected


@pytest.mark.parametrize(
    "text", ["HTTPS://OFFICE.EXAMPLE/AB-12", "no address", "https://office.example/ə", "12345", "x/"]
)
def test_any_other_text_is_asked_of_segno(text):
    assert dark_modules(qr_code(text)) == modules_of(text)


def test_no_address_has_no_code():
    assert qr_code("") == ""
