"""The QR code of a verify page's address."""

import re
from collections import defaultdict
from collections.abc import Iterator

import segno

_ADDRESS = re.compile(r"(.*[a-z].*/)([0-9A-Za-z-]+)", re.DOTALL)
"""small letters make segno write it byte by byte; what differs from document to document is ASCII"""
_DARK = re.compile("1+")
_KNOWN: defaultdict[tuple[str, int], dict[int, tuple[int, int, int]]] = defaultdict(dict)
"""sums of addresses with one stem (an office has one) and so long a code, by the highest bit of the code: the size of
the QR code, the code, the modules"""


def qr_code(text: str) -> str:
    """The code of a text as SVG without a border; empty for none. Error correction is M at least.

    :raises segno.DataOverflowError: the text is too long for any code
    """
    if not text:
        return ""
    address = _ADDRESS.fullmatch(text)
    size, modules = _summed(*address.groups()) if address else _modules(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
        f'<path stroke="#1b2340" d="{"".join(_lines(size, modules))}"/></svg>'
    )


def _modules(text: str) -> tuple[int, int]:
    """How many modules a side has, and all of them as the bits of a number, row by row, after a one."""
    # to score all eight masks takes longer than the page; any reader undoes any of them (ISO/IEC 18004, 7.8)
    rows = segno.make(text, error="m", micro=False, mask=3).matrix
    return len(rows), int(b"1" + b"".join(rows).translate(bytes.maketrans(b"\0\1", b"01")), 2)


def _summed(stem: str, code: str) -> tuple[int, int]:
    """The modules of both, as a sum of those of earlier addresses with this stem where there is one.

    Data, error correction and mask of a QR code are all added without a carry (ISO/IEC 18004, 7.5 and 7.8): where
    texts of one length add up to another, so do their modules. After some 150 addresses of documents each is a sum,
    and segno, which takes a tenth of a rendering, is not asked again.
    """
    known = _KNOWN[stem, len(code)]
    left, modules = int.from_bytes(b"\1" + code.encode("ascii")), 0
    while left:
        if left.bit_length() not in known:
            size, drawn = _modules(stem + code)
            known[left.bit_length()] = (size, left, modules ^ drawn)
            return size, drawn
        size, text, its_modules = known[left.bit_length()]
        left, modules = left ^ text, modules ^ its_modules
    return size, modules


def _lines(size: int, modules: int) -> Iterator[str]:
    """Each run of dark modules as a line of their height."""
    bits = f"{modules:b}"[1:]
    for y in range(size):
        for run in _DARK.finditer(bits, y * size, (y + 1) * size):
            yield f"M{run.start() - y * size} {y}.5h{run.end() - run.start()}"
