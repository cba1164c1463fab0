"""Files without a signature that is judged: said so, and whether they are whole."""

import io
import struct
import zipfile
import zlib

import pytest
from signing_pilot import JUDGED

from signing.any_file import validate_any
from signing.trust import TrustStore

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def png() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")


def office(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *names):
            archive.writestr(name, f"<{name}/>")
    return made.getvalue()


TIFF = b"II*\0" + struct.pack("<IH", 8, 1) + bytes(12)
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
SIGNED_XML = b'<a><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></a>'
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNED_COMPOUND = COMPOUND + "_signatures".encode("utf-16-le")


@pytest.mark.parametrize(
    ("media_type", "content", "verdict", "finding"),
    [
        ("image/png", png(), "INDETERMINATE", "NO_SIGNATURE"),
        ("image/png", png()[:-6], "TOTAL-FAILED", "FORMAT_FAILURE"),
        ("image/png", png().replace(b"IHDR\0\0\0\1", b"IHDR\0\0\0\2"), "TOTAL-FAILED", "FORMAT_FAILURE"),
        ("image/jpeg", JPEG, "INDETERMINATE", "NO_SIGNATURE"),
        ("image/jpeg", JPEG[:-2], "TOTAL-FAILED", "FORMAT_FAILURE"),
        ("image/tiff", TIFF, "INDETERMINATE", "NO_SIGNATURE"),
        ("image/tiff", TIFF[:-1], "TOTAL-FAILED", "FORMAT_FAILURE"),
        ("image/tiff", TIFF[:6], "TOTAL-FAILED", "FORMAT_FAILURE"),
        ("text/plain", b"Qeyd", "INDETERMINATE", "NO_SIGNATURE"),
        ("application/xml", SIGNED_XML, "INDETERMINATE", "SIGNATURE_INDETERMINATE"),
        ("application/msword", SIGNED_COMPOUND, "INDETERMINATE", "SIGNATURE_INDETERMINATE"),
        ("application/msword", COMPOUND, "INDETERMINATE", "NO_SIGNATURE"),
        (DOCX, office(), "INDETERMINATE", "NO_SIGNATURE"),
        (DOCX, office("_xmlsignatures/sig1.xml"), "INDETERMINATE", "SIGNATURE_INDETERMINATE"),
        (DOCX, office()[:-30], "TOTAL-FAILED", "FORMAT_FAILURE"),
        ("application/pdf", b"no PDF", "TOTAL-FAILED", "FORMAT_FAILURE"),
    ],
)  # fmt: skip
def test_every_kind_of_file_has_a_report(media_type: str, content: bytes, verdict: str, finding: str) -> None:
    report = validate_any(content, TrustStore(), at=JUDGED, media_type=media_type)
    assert (report.verdict, report.level) == (verdict, None)
    [told] = report.findings
    assert told.startswith(f"{finding}: ")
    assert report.bytes == len(content)
