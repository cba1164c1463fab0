"""The QR code of a verify page's address."""

import re
from collections.abc import Iterator

import zxingcpp

_DARK = re.compile(b"\0+")


def qr_code(text: str) -> str:
    """The code of a text as SVG without a border; empty for none. Error correction is M (ISO/IEC 18004).

    :raises ValueError: the text is too long for any code
    """
    if not text:
        return ""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = code.to_image(scale=1, add_quiet_zones=False)
    modules = memoryview(image)  # type: ignore[arg-type]  # its types do not say that it is a buffer, which it is
    size = len(modules)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
        f'<path stroke="#1b2340" d="{"".join(_lines(bytes(modules), size))}"/></svg>'
    )


def _lines(modules: bytes, size: int) -> Iterator[str]:
    """Each run of dark modules as a line of their height."""
    for y in range(size):
        for run in _DARK.finditer(modules, y * size, (y + 1) * size):
            yield f"M{run.start() - y * size} {y}.5h{run.end() - run.start()}"
