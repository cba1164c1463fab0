"""Pages of a PDF with parts blackened: as pictures, and the words that are left with their places.

Nothing of the file itself goes on: a page becomes the picture of what it showed, with the boxes painted into it, and
only words that no box touches are kept beside it. Runs in the process that reads strangers' files.
"""

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from processes.redacting import squeeze

DPI = 150
MOST_PAGES = 40
MOST_PIXELS = 12_000_000
"""of one page: an A3 at 150 dpi has 4.3 million"""
POINTS = 72
MARGIN = 1.0
"""points around a word that are blackened with it"""
Box = tuple[float, float, float, float]
"""left, bottom, right, top in points from the lower left corner of the page"""


@dataclass(frozen=True, slots=True)
class Character:
    """A character of a page, squeezed to what is compared; empty for spaces and marks."""

    written: str
    squeezed: str
    box: Box


def blackened(content: bytes, removed: Sequence[str], areas: Sequence[Sequence[float]]) -> dict[str, Any]:
    """{pages, missing}, the pages as {width, height, picture, words, boxes} and removed words that no page has; or
    {refused} with the reason. An area is page (from 1), left, top, width, height in hundredths of the page.
    """
    import pypdfium2

    pages: list[dict[str, Any]] = []
    missing = {*removed}
    try:
        with pypdfium2.PdfDocument(content) as document:
            if len(document) > MOST_PAGES:
                return {"refused": f"more than {MOST_PAGES} pages"}
            for number in range(len(document)):
                page = document[number]
                width, height = _require_size(page, number + 1)
                characters = list(_characters(page))
                text = "".join(each.squeezed for each in characters)
                missing -= {word for word in missing if squeeze(word) in text}
                boxes = [_of_area(area, width, height) for area in areas if int(area[0]) == number + 1]
                boxes += _of_words(characters, boxes, removed)
                pages.append({"width": width, "height": height, "boxes": len(boxes)})
                pages[-1] |= {"picture": _picture(page, boxes), "words": _left(characters, boxes, height)}
                page.close()
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        return {"refused": f"{type(error).__name__}: {error}"[:300]}
    return {"pages": pages, "missing": sorted(missing)}


def pictured(content: bytes, number: int) -> dict[str, Any]:
    """{picture, pages}: one page (from 1) as it is, and how many there are; or {refused}."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as document:
            if not 1 <= number <= min(len(document), MOST_PAGES):
                return {"refused": "no such page"}
            page = document[number - 1]
            _require_size(page, number)
            return {"picture": _picture(page, []), "pages": len(document)}
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


def _require_size(page: Any, number: int) -> tuple[float, float]:
    width, height = page.get_size()
    if width * height * (DPI / POINTS) ** 2 > MOST_PIXELS:
        raise ValueError(f"page {number} is too large")
    return width, height


def _characters(page: Any) -> Iterator[Character]:
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    for index in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text.raw, index)
        written = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "  # noqa: PLR2004 - Unicode
        yield Character(written, squeeze(written), text.get_charbox(index, loose=True))


def _of_area(area: Sequence[float], width: float, height: float) -> Box:
    _, left, top, wide, high = area
    upper = height - height * top / 100
    return width * left / 100, upper - height * high / 100, width * (left + wide) / 100, upper


def _of_words(characters: Sequence[Character], areas: Sequence[Box], removed: Sequence[str]) -> list[Box]:
    """Boxes over everything that reads like a removed word, whatever the breaks; again until nothing reads so."""
    boxes: list[Box] = []
    wanted = [squeeze(word) for word in removed]
    while True:
        kept = [each for each in characters if each.squeezed and not _touches(each.box, [*areas, *boxes])]
        text = "".join(each.squeezed for each in kept)
        owners = [each for each in kept for _ in each.squeezed]
        found = [
            owner.box for word in wanted for start in _places(text, word) for owner in owners[start : start + len(word)]
        ]
        if not found:
            return boxes
        boxes += [_wider(box) for box in dict.fromkeys(found)]


def _places(text: str, word: str) -> Iterator[int]:
    start = text.find(word) if word else -1
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def _wider(box: Box) -> Box:
    left, bottom, right, top = box
    return left - MARGIN, bottom - MARGIN, right + MARGIN, top + MARGIN


def _touches(box: Box, boxes: Sequence[Box]) -> bool:
    return any(box[0] < each[2] and each[0] < box[2] and box[1] < each[3] and each[1] < box[3] for each in boxes)


def _left(characters: Sequence[Character], boxes: Sequence[Box], height: float) -> list[list[Any]]:
    """The words no box touches: text, left, top and height in points from the upper left corner."""
    words: list[list[Any]] = []
    word: list[Character] = []
    for each in [*characters, Character(" ", "", (0, 0, 0, 0))]:
        if not each.written.isspace():
            word.append(each)
            continue
        if word and not any(_touches(one.box, boxes) for one in word):
            left, top = min(one.box[0] for one in word), max(one.box[3] for one in word)
            tall = max(one.box[3] - one.box[1] for one in word)
            words.append(["".join(one.written for one in word), left, height - top, max(tall, 1.0)])
        word = []
    return words


def _picture(page: Any, boxes: Sequence[Box]) -> str:
    """The page as a grey PNG with the boxes painted black, in base 64."""
    scale, height = DPI / POINTS, page.get_height()
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    for left, bottom, right, top in boxes:
        x, y = max(0, int(left * scale)), max(0, int((height - top) * scale))
        wide, high = int((right - left) * scale) + 2, int((top - bottom) * scale) + 2
        bitmap.fill_rect((0, 0, 0, 255), x, y, min(wide, bitmap.width - x), min(high, bitmap.height - y))
    rows, stride = bytes(bitmap.buffer), bitmap.stride
    lines = b"".join(b"\0" + rows[y * stride : y * stride + bitmap.width] for y in range(bitmap.height))
    header = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
