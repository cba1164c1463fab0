"""QR codes say the address they were made of."""

import re

import pytest
import zxingcpp

from processes.documents.qr import qr_code

ADDRESSES = [
    "https://office.example/verify/R4MEW-DWQ28-PANAC-LU4CI-764GD-Q",
    "https://kargüzar.example/v/7KQ2-9F4M",
    "https://қызмет.kz/ə",
    "HTTPS://OFFICE.EXAMPLE/AB-12",
    "12345",
    "x" * 1000,
]
BORDER = 4
"""light modules that a reader wants around a code (ISO/IEC 18004, 9.1)"""
SCALE = 3


class Photograph:
    """What a drawing shows, as a picture that a reader can take."""

    def __init__(self, drawing: str) -> None:
        size = int(re.search(r'width="(\d+)"', drawing)[1])
        rows = [bytearray(b"\xff" * (size + 2 * BORDER)) for _ in range(size + 2 * BORDER)]
        for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", drawing):
            first = int(x) + BORDER
            rows[int(y) + BORDER][first : first + int(length)] = bytes(int(length))
        wide = [b"".join(bytes([module]) * SCALE for module in row) for row in rows]
        self.pixels = b"".join(row for row in wide for _ in range(SCALE))
        self.side = len(rows) * SCALE

    def read(self) -> list[str]:
        picture = memoryview(self.pixels).cast("B", (self.side, self.side))
        return [found.text for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_reader_finds_the_address(address):
    assert Photograph(qr_code(address)).read() == [address]


def test_the_same_address_has_the_same_code():
    assert qr_code(ADDRESSES[0]) == qr_code(ADDRESSES[0])


def test_no_address_has_no_code():
    assert qr_code("") == ""


def test_what_fits_no_code_is_refused():
    with pytest.raises(ValueError, match="too long"):
        qr_code("a" * 4000)
