"""Files made to break a reader: each ends in a verdict, soon."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signing_pilot import JUDGED

from signing.errors import DocumentUnusable
from signing.structure import read_attachment
from signing.trust import TrustStore
from signing.validation import validate

PAGES, PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"


def catalog(entries: bytes) -> tuple[bytes, bytes, bytes]:
    return b"<</Type/Catalog/Pages 2 0 R" + entries + b">>", PAGES, PAGE


def field(value: bytes, *others: bytes) -> bytes:
    form = b"/AcroForm<</Fields[4 0 R]>>"
    return file(*catalog(form), b"<</T(a)/FT/Sig" + value + b">>", *others)


def file(*objects: bytes, trailer: bytes = b"", table: bytes | None = None) -> bytes:
    output, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(output))
        output += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    size, start = len(objects) + 1, len(output)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    output += table or b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, entries)
    trailer = trailer.replace(b"START", b"%d" % start)
    return output + b"trailer\n<</Size %d /Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def branching(depth: int) -> bytes:
    """A name tree without a circle whose walk would take 2 to the power of its depth."""
    nodes = [b"<</Kids[%d 0 R %d 0 R]>>" % (number + 1, number + 1) for number in range(4, 4 + depth)]
    return file(*catalog(b"/Names<</EmbeddedFiles 4 0 R>>"), *nodes, b"<</Names[]>>")


SIGNATURE = b"<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[%b]/Contents<%b>>>"
HOSTILE = {
    "its own predecessor": file(*catalog(b""), trailer=b"/Prev START"),
    "a circle of pages": file(catalog(b"")[0], b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1>>"),
    "a circle of names": file(*catalog(b"/Names<</EmbeddedFiles 4 0 R>>"), b"<</Kids[4 0 R 4 0 R]>>"),
    "a name tree that branches and meets": branching(60),
    "a circle of fields": field(b"/Kids[4 0 R 4 0 R]"),
    "a circle of references": file(b"2 0 R", b"1 0 R"),
    "an endless table": file(*catalog(b""), table=b"xref\n0 999999999\n0000000000 65535 f \n"),
    "a number for a catalog": file(b"7"),
    "a number for a form": file(*catalog(b"/AcroForm 5")),
    "a number for the names": file(*catalog(b"/Names 5")),
    "a number for validation data": file(*catalog(b"/DSS 5")),
    "a number for a signature": field(b"/V 5 0 R", b"5"),
    "an empty signature": field(b"/V 5 0 R", b"<</Type/Sig>>"),
    "a byte range backwards": field(b"/V 5 0 R", SIGNATURE % (b"0 -5 99999999999 -7", b"3080")),
    "a byte range of names": field(b"/V 5 0 R", SIGNATURE % (b"/a /b /c /d", b"3080")),
    "a CMS of nothing": field(b"/V 5 0 R", SIGNATURE % (b"0 9 20 9", b"300B06092A864886F70D010702")),
    "three thousand brackets": file(b"[" * 3000 + b"]" * 3000),
    "a million digits": b"%PDF-1.7\n" + b"1" * 1_000_000 + b"\nstartxref\n9\n%%EOF",
    "a million parentheses": b"%PDF-1.7\n" + b"(" * 1_000_000 + b"\nstartxref\n9\n%%EOF",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_verdict_soon(name: str):
    started = time.process_time()
    report = validate(HOSTILE[name], TrustStore(), at=JUDGED)
    assert report.verdict in {"TOTAL-FAILED", "INDETERMINATE"}
    assert report.findings
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", HOSTILE)
def test_reading_an_attachment_of_a_hostile_file_raises_our_error_or_finds_none(name: str):
    try:
        assert read_attachment(HOSTILE[name], "step.json") is None
    except DocumentUnusable:
        return


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_after_a_header_end_in_a_verdict(data: bytes):
    assert validate(b"%PDF-1.7\n" + data, TrustStore(), at=JUDGED).verdict == "TOTAL-FAILED"
    assert validate(data, TrustStore(), at=JUDGED).verdict == "TOTAL-FAILED"
