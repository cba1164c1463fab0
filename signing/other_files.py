"""Files whose kind carries no signature that is judged here: images, texts, older office files.

They are kept as they came; evidence records prove them. What is said of them: whether the file is whole, as far as its
kind tells that, and whether it holds a signature that is kept and not judged (XML-DSig, that of older office programs).
"""

import struct
import zlib
from collections.abc import Callable, Mapping

from signing.report import Finding, ValidationReport, Verdict, format_failure

_XML_SIGNATURE = b"http://www.w3.org/2000/09/xmldsig#"
_OLE_SIGNATURES = tuple(name.encode("utf-16-le") for name in ("_xmlsignatures", "_signatures"))
_TIFF_HEAD = 8
"""bytes"""
_PNG = b"\x89PNG\r\n\x1a\n"


def judge_other(content: bytes, media_type: str) -> ValidationReport:
    """INDETERMINATE, since nobody's signature is judged; TOTAL-FAILED where the file is not whole."""
    torn = _WHOLE.get(media_type, _nothing)(content)
    if torn:
        return format_failure(f"no whole file of the kind {media_type}: {torn}")
    if _holds_a_signature(content, media_type):
        told = Finding.SIGNATURE_INDETERMINATE.says("it holds a signature, which is kept and not judged here")
    else:
        told = Finding.NO_SIGNATURE.says(f"a file of the kind {media_type}, without a signature of its own")
    return ValidationReport(verdict=Verdict.INDETERMINATE, level=None, findings=(told,))


def _holds_a_signature(content: bytes, media_type: str) -> bool:
    if media_type.startswith(("image/", "text/")):
        return False
    return _XML_SIGNATURE in content or any(each in content for each in _OLE_SIGNATURES)


def _nothing(_content: bytes) -> str:
    return ""


def _png(content: bytes) -> str:
    """Each chunk has a checksum of its own (ISO/IEC 15948, 5.3)."""
    at = len(_PNG)
    if not content.startswith(_PNG):
        return "it does not begin as one"
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 8 + length
        if end + 4 > len(content):
            break
        if zlib.crc32(content[at + 4 : end]) != struct.unpack_from(">I", content, end)[0]:
            return f"the checksum of a part at byte {at} does not fit"
        if kind == b"IEND":
            return ""
        at = end + 4
    return "it breaks off"


def _jpeg(content: bytes) -> str:
    """It begins with SOI and has an end (ITU-T T.81, B.1.1.3); some cameras write more behind it."""
    if not content.startswith(b"\xff\xd8\xff"):
        return "it does not begin as one"
    return "" if b"\xff\xd9" in content[2:] else "it breaks off"


def _tiff(content: bytes) -> str:
    """Its first directory lies within the file (TIFF 6.0, section 2)."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
    if order is None:
        return "it does not begin as one"
    if len(content) < _TIFF_HEAD:
        return "it breaks off"
    (at,) = struct.unpack_from(f"{order}I", content, 4)
    if at + 2 > len(content):
        return "it breaks off"
    (entries,) = struct.unpack_from(f"{order}H", content, at)
    return "" if at + 2 + entries * 12 <= len(content) else "it breaks off"


_WHOLE: Mapping[str, Callable[[bytes], str]] = {"image/png": _png, "image/jpeg": _jpeg, "image/tiff": _tiff}
