"""The QR code of a verify page's address."""

import re
from collections.abc import Iterator

import segno

_DARK = re.compile(b"\x01+")


def qr_code(text: str) -> str:
    """The code of a text as SVG without a border; empty for none. Error correction is M at least.

    :raises segno.DataOverflowError: the text is too long for any code
    """
    if not text:
        return ""
    # to score all eight masks takes longer than the page; any reader undoes any of them (ISO/IEC 18004, 7.8)
    modules = segno.make(text, error="m", micro=False, mask=3).matrix
    size = len(modules)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
        f'<path stroke="#1b2340" d="{"".join(_lines(modules))}"/></svg>'
    )


def _lines(modules: tuple[bytearray, ...]) -> Iterator[str]:
    """Each run of dark modules as a line of their height."""
    for y, row in enumerate(modules):
        for run in _DARK.finditer(row):
            yield f"M{run.start()} {y}.5h{run.end() - run.start()}"
