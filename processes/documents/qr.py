"""The QR code of a verify page's address."""

import io

import segno


def qr_code(text: str) -> str:
    """The code of a text as SVG; empty for none. Error correction is M at least.

    :raises segno.DataOverflowError: the text is too long for any code
    """
    if not text:
        return ""
    image = io.BytesIO()
    # to score all eight masks takes longer than the page; any reader undoes any of them (ISO/IEC 18004, 7.8)
    code = segno.make(text, error="m", micro=False, mask=3)
    code.save(image, kind="svg", border=0, dark="#1b2340", xmldecl=False, svgns=True, nl=False)
    return image.getvalue().decode()
