"""Further shapes of the published attacks: byte ranges, certifications taken away, tables of the other kind, roots."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from signing_pilot import JUDGED, OFFICER, SIGNED, Pilot, SetClock, document
from test_unsigned_changes import array, drawing, judged, revised, rules, stamped

from signing import pades
from signing.authority import PilotResponder
from signing.cms import load_certificate
from signing.revocation import ocsp_request
from signing.service import Signing
from signing.structure import open_pdf, stamps_of

Change = Callable[[IncrementalPdfFileWriter], None]


@pytest.fixture(scope="module")
def signed(authority: Any, opened: Any) -> tuple[Pilot, bytes, bytes]:
    """A document of one officer, and one of two."""
    clock = SetClock()
    signing = Signing(clock=clock, timestamper=authority.timestamper(clock))
    pilot = Pilot(authority, None, opened(OFFICER, "officer"), clock, signing)
    fields = ("Signature1", "Signature2")
    first = pilot.signed(signing.allot_fields(document(*fields), fields), others_follow=True).pdf
    return pilot, pilot.signed().pdf, pilot.signed(first, field="Signature2", certify=False).pdf


RANGES: dict[str, Callable[[int, int, int], tuple[int, ...]]] = {
    "not from the beginning": lambda a, b, c: (9, a - 9, b, c),
    "parts that overlap": lambda a, b, c: (0, a + 100, b - 100, c + 100),
    "parts the wrong way round": lambda a, b, c: (0, b, a, c + b - a),
    "longer than the file": lambda a, b, c: (0, a, b, c + 10_000),
    "longer than any file": lambda a, b, c: (0, a, b, 10**30),
    "shorter than its revision": lambda a, b, c: (0, a, b, c - 10),
    "three parts": lambda a, b, c: (0, a, b, c - 10, b + c - 10, 10),
}


@pytest.mark.parametrize("name", RANGES)
def test_byte_ranges_of_every_other_shape(signed: tuple[Pilot, bytes, bytes], name: str):
    pilot, pdf, _ = signed
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    assert found is not None
    values = " ".join(map(str, RANGES[name](*map(int, found.groups()[1:]))))
    report = judged(pilot, pdf.replace(found[0], f"/ByteRange [{values}]".encode().ljust(len(found[0])), 1))
    assert report.verdict == "TOTAL-FAILED"
    assert rules(report) & {"BYTE_RANGE", "SIGNATURE_UNREADABLE", "FORMAT_FAILURE", "DIGEST_MISMATCH"}


@pytest.mark.parametrize("value", [b"null", b"()", b"<>", b"/Name"])
def test_contents_of_another_kind(signed: tuple[Pilot, bytes, bytes], value: bytes):
    pilot, pdf, _ = signed
    forged = re.sub(rb"/Contents <[0-9A-F]+>", lambda all_: (b"/Contents " + value).ljust(len(all_[0])), pdf, count=1)
    report = judged(pilot, forged)
    assert (report.verdict, "SIGNATURE_UNREADABLE" in rules(report)) == ("TOTAL-FAILED", True), report.findings


def decertified(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/Perms"]
    writer.update_root()


def certified_by_another(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Perms"]["/DocMDP"] = writer.root["/AcroForm"]["/Fields"][1].raw_get("/V")
    writer.update_container(writer.root["/Perms"])


def unsigned_field(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    del field["/V"]
    writer.update_container(field)


def picture(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Resources"]["/XObject"] = generic.DictionaryObject({pdf_name("/X"): writer.add_object(drawing())})
    writer.update_container(page["/Resources"])
    writer.update_container(page)


def cropped(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/CropBox"] = array(0, 0, 10, 10)
    writer.update_container(page)


def run_at_opening(writer: IncrementalPdfFileWriter) -> None:
    script = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject(script)
    writer.update_root()


def layered(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OCProperties"] = generic.DictionaryObject()
    writer.update_root()


CHANGES = [
    decertified,
    unsigned_field,
    picture,
    *(pytest.param(one, marks=pytest.mark.long) for one in (certified_by_another, cropped, run_at_opening, layered)),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_under_a_timestamp_after_two_have_signed(signed: tuple[Pilot, bytes, bytes], change: Change):
    pilot, _, pdf = signed
    report = judged(pilot, stamped(pilot, revised(pdf, change)))
    assert (report.verdict, "MODIFIED_AFTER_SIGNING" in rules(report)) == ("TOTAL-FAILED", True), report.findings


def appended(pdf: bytes, entry: str) -> bytes:
    """A revision with a table of the other kind: a stream, a hybrid, or one that names another root."""
    reader = open_pdf(pdf)
    old, size = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1]), int(reader.trailer["/Size"])
    root, page = reader.trailer.raw_get("/Root").idnum, reader.root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum
    body = pdf + b"\n%d 0 obj\n<</Length 5>>\nstream\nBT ET\nendstream\nendobj\n" % page
    rows = b"\x01" + (len(pdf) + 1).to_bytes(4, "big") + b"\0"
    stream = len(body)
    entries = b"/Type/XRef/W[1 4 1]/Index[%d 1]/Size %d/Root %d 0 R/Prev %d" % (page, size + 1, root, old)
    body += b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (size, entries, len(rows), rows)
    if entry == "stream":
        return body + b"startxref\n%d\n%%%%EOF\n" % stream
    more, table = (b"/XRefStm %d" % stream if entry == "hybrid" else b""), len(body)
    root = root if entry == "hybrid" else page
    head = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size %d/Root %d 0 R/Prev %d%b>>" % (size + 1, root, old, more)
    return body + head + b"\nstartxref\n%d\n%%%%EOF\n" % table


@pytest.mark.parametrize(
    ("entry", "rule"),
    [("stream", "MODIFIED_AFTER_SIGNING"), ("hybrid", "SIGNATURE_UNREADABLE"), ("another root", "NO_SIGNATURE")],
)
def test_tables_of_another_kind_hide_nothing(signed: tuple[Pilot, bytes, bytes], entry: str, rule: str):
    pilot, pdf, _ = signed
    report = judged(pilot, appended(pdf, entry))
    assert report.verdict == ("INDETERMINATE" if rule == "NO_SIGNATURE" else "TOTAL-FAILED"), report.findings
    assert rule in rules(report)


def test_a_document_whose_signature_was_taken_away_is_not_signed(signed: tuple[Pilot, bytes, bytes]):
    pilot, pdf, _ = signed
    for change in (unsigned_field, lambda writer: (writer.root.__delitem__("/AcroForm"), writer.update_root())):
        report = judged(pilot, stamped(pilot, revised(pdf, change)))
        assert (report.verdict, report.level, report.signatures) == ("INDETERMINATE", None, ()), report.findings
        assert {"NO_SIGNATURE", "MISSING_SIGNATURE"} <= rules(report)


def test_bytes_before_the_header_move_everything(signed: tuple[Pilot, bytes, bytes]):
    pilot, pdf, _ = signed
    for before in (b"GIF89a\n", b"PK\x03\x04", b"%!PS\n"):
        assert pilot.signing.validate(before + pdf, pilot.trust(), at=JUDGED).verdict == "TOTAL-FAILED"


@pytest.mark.parametrize("forger", ["nobody", "the officer", "another officer"])
def test_an_officer_does_not_answer_for_the_authority(pilot: Pilot, opened: Any, forger: str):
    """A document brings its own revocation data: only those count that the issuer or its responder has signed."""
    authority, key = pilot.authority, pilot.key
    issuing, at = authority.certificate("issuing"), SIGNED + timedelta(minutes=1)
    honest = authority.responder(lambda _: True, SetClock(at))
    key = opened("Quliyeva Aysel", "officer") if forger == "another officer" else key
    forging = PilotResponder(key, issuing, lambda _: True, SetClock(at))

    def answer(certificate: bytes, by: PilotResponder) -> bytes:
        return by.respond(ocsp_request(load_certificate(certificate), load_certificate(issuing), b"0" * 16))

    signed = pilot.signed().pdf
    data = pades.ValidationData(
        certificates=(issuing,),
        crls=(authority.crl("root", at=at),),
        ocsps=(
            answer(authority.certificate("tsa"), honest),
            answer(pilot.key.certificate, honest if forger == "nobody" else forging),
        ),
    )
    contents = [one.embedded.pkcs7_content for one in stamps_of(open_pdf(signed))[0]]
    report = pilot.signing.validate(
        pades.append_validation_data(signed, data, contents), authority.anchors(), at=at + timedelta(minutes=1)
    )
    if forger == "nobody":
        assert report.verdict == "TOTAL-PASSED", report.findings
    else:
        assert (report.verdict, rules(report)) == ("INDETERMINATE", {"REVOCATION_UNKNOWN"}), report.findings


def test_a_timestamp_of_another_document_proves_nothing(pilot: Pilot):
    theirs, pdf = stamped(pilot, pilot.signed(location="Gəncə").pdf), stamped(pilot, pilot.signed().pdf)
    (token,), (room,) = ([one for one in stamps_of(open_pdf(each))[0] if one.is_timestamp] for each in (theirs, pdf))
    start = pdf.rindex(b"/Contents <") + 11
    end = pdf.index(b">", start)
    moved = pdf[:start] + token.embedded.pkcs7_content.hex().upper().encode()[: end - start].ljust(end - start, b"0")
    report = judged(pilot, moved + pdf[end:])
    assert len(room.embedded.pkcs7_content) * 2 == end - start
    assert (report.verdict, "TIMESTAMP_INVALID" in rules(report)) == ("TOTAL-FAILED", True), report.findings
