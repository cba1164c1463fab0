"""The QR code of a verify page's address, module by module as segno draws it, in a tenth of its time.

Codes of texts of one length differ only in the text and its check symbols, and those are linear (Reed–Solomon): the
code of any text is that of another text of its length, with the modules flipped in which the code of their difference
is dark. segno makes the one code of each length; its mask, format and function patterns are thereby in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, zip_longest

import segno
from segno import consts

_COLOUR = "#1b2340"
_FILLER = "x"
"""no digit and no capital: segno writes it in bytes, as it writes an address"""
_MODE_BITS = 4
_LONG_COUNT = 10
"""the version from which on the length of a text is written in two bytes"""
_DATA = frozenset({consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT})
_FORMAT_ROW = 8
_TIMING = 6
"""the column that no codeword enters"""
_DARK = re.compile(b"\1+")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The code of a text that is nothing but filler, and where other texts of its length differ."""

    size: int
    """modules a side"""
    modules: bytes
    """row by row, 1 is dark"""
    places: Sequence[int]
    """of the bits of its codewords, in their order (ISO/IEC 18004, 7.7.3)"""
    blocks: Sequence[tuple[int, int]]
    """data and check codewords of each"""
    shift: int
    """bits after the text"""


def qr_code(text: str) -> str:
    """The code of a text as SVG; empty for none. Error correction is M at least.

    :raises segno.DataOverflowError: the text is too long for any code
    """
    return _svg(*qr_modules(text)) if text else ""


def qr_modules(text: str) -> tuple[int, bytes]:
    """Modules a side, and all of them row by row, 1 is dark."""
    written = text.encode()
    frame = _frame(len(written))
    difference = int.from_bytes(written) ^ int.from_bytes(_FILLER.encode() * len(written))
    data = (difference << frame.shift).to_bytes(sum(count for count, _ in frame.blocks))
    message = _message(data, frame.blocks)
    modules = bytearray(frame.modules)
    for place, bit in zip(frame.places, f"{int.from_bytes(message):0{8 * len(message)}b}", strict=False):
        if bit == "1":
            modules[place] ^= 1
    return frame.size, bytes(modules)


@lru_cache(maxsize=256)
def _frame(length: int) -> _Frame:
    # to score all eight masks takes longer than the page; any reader undoes any of them (ISO/IEC 18004, 7.8)
    code = segno.make(_FILLER * length, error="m", micro=False, mask=3)
    version = int(code.version)
    blocks = [
        (one.num_data, one.num_total - one.num_data)
        for one in consts.ECC[version][getattr(consts, f"ERROR_LEVEL_{code.error}")]
        for _ in range(one.num_blocks)
    ]
    counted = 8 if version < _LONG_COUNT else 16
    bits = 8 * sum(count for count, _ in blocks)
    return _Frame(
        size=len(code.matrix),
        modules=b"".join(bytes(row) for row in code.matrix),
        places=tuple(_places([list(row) for row in code.matrix_iter(border=0, verbose=True)])),
        blocks=blocks,
        shift=bits - _MODE_BITS - counted - 8 * length,
    )


def _places(kinds: Sequence[Sequence[int]]) -> Iterator[int]:
    """The modules of codewords: columns by twos from the right, alternately up and down."""
    size, upwards = len(kinds), True
    for column in range(size - 1, 0, -2):
        right = column if column > _TIMING else column - 1
        for row in range(size)[:: -1 if upwards else 1]:
            for at in (right, right - 1):
                # eight modules of format information end this row; segno's kinds count nine
                if kinds[row][at] in _DATA or (row, at) == (_FORMAT_ROW, size - 9):
                    yield row * size + at
        upwards = not upwards


def _message(data: bytes, blocks: Sequence[tuple[int, int]]) -> bytes:
    """Data and check codewords, those of several blocks by turns (ISO/IEC 18004, 7.6)."""
    parts, checks, start = [], [], 0
    for count, check in blocks:
        part = data[start : start + count]
        parts.append(part)
        checks.append(_check(part, check))
        start += count
    turns = chain(zip_longest(*parts), zip_longest(*checks))
    return bytes(one for turn in turns for one in turn if one is not None)


def _check(data: bytes, count: int) -> bytes:
    """The Reed–Solomon remainder of a block."""
    products, rest, top = _products(count), 0, 8 * (count - 1)
    for one in data:
        first = (rest >> top) ^ one
        rest = ((rest << 8) & ((1 << 8 * count) - 1)) ^ products[first]
    return rest.to_bytes(count)


@cache
def _products(count: int) -> tuple[int, ...]:
    """The generator polynomial times each element of the field."""
    exponents = consts.GEN_POLY[count]
    logarithms = (consts.GALIOS_LOG[element] for element in range(1, 256))
    times = (bytes(consts.GALIOS_EXP[one + exponent] for exponent in exponents) for one in logarithms)
    return (0, *(int.from_bytes(each) for each in times))


def _svg(size: int, modules: bytes) -> str:
    """A stroke for each run of dark modules, each from where the one before ended."""
    strokes, x, y = [], 0, 0
    for row in range(size):
        for run in _DARK.finditer(modules[row * size : (row + 1) * size]):
            start, end = run.span()
            strokes.append(f"m{start - x} {row - y}h{end - start}")
            x, y = end, row
    # the middle of the first row, in which a finder pattern begins, is half a module down
    path = "M0 0.5" + "".join(strokes).removeprefix("m0 0")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" class="segno">'
        f'<path class="qrline" stroke="{_COLOUR}" d="{path}"/></svg>'
    )
