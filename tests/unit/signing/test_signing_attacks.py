"""The published attacks on PDF signatures, each made here and each caught by the rule named.

USF, ISA and SWA: Mladenov et al., 1 Trillion Dollar Refund (CCS 2019). Shadow hide, replace, hide and replace: Mainka
et al., Shadow Attacks (NDSS 2021). EAA and SSA: Rohlmann et al., Breaking the Specification (S&P 2021).
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from signing_archival import with_archival_timestamp, with_validation_data
from signing_pilot import JUDGED, OFFICER, SIGNED, Pilot, SetClock, foreign_signature

from signing.report import ValidationReport
from signing.service import Signing
from signing.trust import TrustStore

Change = Callable[[IncrementalPdfFileWriter], None]


def judged(pilot: Pilot, pdf: bytes) -> ValidationReport:
    return pilot.signing.validate(pdf, pilot.trust(), at=JUDGED)


def rules(report: ValidationReport) -> set[str]:
    return {finding.partition(":")[0] for finding in report.findings}


def caught(report: ValidationReport, *by: str) -> None:
    """It must not be relied on, and one of these rules says why."""
    assert report.verdict == "TOTAL-FAILED", report.findings
    assert rules(report) & set(by), report.findings


def revised(pdf: bytes, change: Change) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.fixture(scope="module")
def signed(authority, opened) -> Callable[..., bytes]:
    """Documents as the office signs them, each kind made once."""
    clock = SetClock()
    signing = Signing(clock=clock, timestamper=authority.timestamper(clock))
    pilot = Pilot(authority, None, opened(OFFICER, "officer"), clock, signing)

    @lru_cache
    def made(*fields: str, **options: bool) -> bytes:
        return pilot.signed(pilot.fielded(*fields), **options).pdf

    return made


def page_of(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    return writer.root["/Pages"]["/Kids"][0]


# --- USF: universal signature forgery, a signature object nobody can check


def emptied_contents(pdf: bytes) -> bytes:
    start = pdf.index(b"/Contents <") + 10
    end = pdf.index(b">", start)
    return pdf[:start] + b"<00>" + b" " * (end - start - 3) + pdf[end + 1 :]


def renamed(key: bytes) -> Callable[[bytes], bytes]:
    """The key is not there: another name of the same length in its place."""
    return lambda pdf: pdf.replace(b"/" + key, b"/" + b"X" * len(key))


def ranged(values: bytes) -> Callable[[bytes], bytes]:
    def change(pdf: bytes) -> bytes:
        return re.sub(rb"/ByteRange \[[^\]]*\]", lambda found: b"/ByteRange " + values.ljust(len(found[0]) - 11), pdf)

    return change


USF = {
    "no contents": renamed(b"Contents <"),
    "empty contents": emptied_contents,
    "no byte range": renamed(b"ByteRange"),
    "a byte range of nothing": ranged(b"[0 0 0 0]"),
    "a byte range of null": ranged(b"null"),
    "a byte range below zero": ranged(b"[0 -1 -1 0]"),
    "a byte range of one part": ranged(b"[0 99999]"),
    "no filter": renamed(b"SubFilter"),
    "a null for a filter": lambda pdf: pdf.replace(b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter null".ljust(31)),
}


@pytest.mark.parametrize("name", USF)
def test_universal_signature_forgery(pilot: Pilot, signed: Callable[..., bytes], name: str):
    pdf = signed()
    forged = USF[name](pdf)
    assert forged != pdf
    caught(judged(pilot, forged), "SIGNATURE_UNREADABLE", "BYTE_RANGE", "FORMAT_FAILURE", "DIGEST_MISMATCH")


# --- ISA: incremental saving, content after the signature


def another_page(writer: IncrementalPdfFileWriter) -> None:
    page = page_of(writer)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


def an_overlay(writer: IncrementalPdfFileWriter) -> None:
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=b"0 0 500 500 re f")))


def another_catalog(writer: IncrementalPdfFileWriter) -> None:
    page = writer.add_object(generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Page")}))
    kids = {pdf_name("/Type"): pdf_name("/Pages"), pdf_name("/Kids"): generic.ArrayObject([page])}
    writer.root["/Pages"] = writer.add_object(
        generic.DictionaryObject(kids | {pdf_name("/Count"): generic.NumberObject(1)})
    )
    writer.update_root()


@pytest.mark.parametrize("change", [another_page, an_overlay, another_catalog])
@pytest.mark.parametrize("certify", [True, False])
def test_incremental_saving(pilot: Pilot, signed: Callable[..., bytes], change: Change, certify: bool):
    caught(judged(pilot, revised(signed(certify=certify), change)), "MODIFIED_AFTER_SIGNING")


@pytest.mark.parametrize("tail", ["without a table", "with a table of nothing", "with the old table's address"])
def test_incremental_saving_of_parts_only(pilot: Pilot, signed: Callable[..., bytes], tail: str):
    # readers that repair files show the new object; ours refuses what is not whole
    pdf = signed()
    old = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    body = b"\n4 0 obj\n<</Length 5>>\nstream\nBT ET\nendstream\nendobj\n"
    tails = {
        "without a table": b"",
        "with a table of nothing": b"xref\n0 0\ntrailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % (len(pdf) + len(body)),
        "with the old table's address": b"startxref\n%b\n%%%%EOF\n" % old,
    }
    caught(judged(pilot, pdf + body + tails[tail]), "NOT_WHOLE_FILE", "FORMAT_FAILURE", "BYTE_RANGE")


# --- SWA: signature wrapping, the signed bytes moved to where the byte range still finds them


@pytest.mark.parametrize("with_copy", [True, False])
def test_signature_wrapping(pilot: Pilot, signed: Callable[..., bytes], with_copy: bool):
    pdf = signed()
    numbers = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    assert numbers is not None
    _, first, second, length = map(int, numbers.groups())
    signed_end = pdf[second : second + length]
    evil = b"\n9000 0 obj\n(evil)\nendobj\n" + (pdf[first:second] if with_copy else b"")
    evil += b"startxref\n%b\n%%%%EOF\n" % re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    moved = pdf[:second] + evil + signed_end
    wider = b"[0 %d %d %d]" % (first, second + len(evil), length)
    wrapped = moved.replace(numbers[0], (b"/ByteRange " + wider).ljust(len(numbers[0])), 1)
    caught(judged(pilot, wrapped), "BYTE_RANGE", "FORMAT_FAILURE", "SIGNATURE_UNREADABLE", "DIGEST_MISMATCH")


# --- EAA and SSA: what a certification with P=2 seems to allow


def annotation(kind: str) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        entries = {
            "/Type": pdf_name("/Annot"),
            "/Subtype": pdf_name(kind),
            "/Contents": generic.pdf_string("1 000 000 AZN"),
            "/Rect": generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 500))),
        }
        note = generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()})
        page = page_of(writer)
        annotations = page.setdefault("/Annots", generic.ArrayObject())
        annotations.append(writer.add_object(note))
        writer.update_container(annotations)
        writer.update_container(page)

    return change


def rogue_overlay(writer: IncrementalPdfFileWriter) -> None:
    """SSA: a field of the attacker's own whose appearance covers the page."""
    append_signature_field(writer, SigFieldSpec("Sneaky", box=(0, 0, 500, 500)))


@pytest.mark.parametrize("kind", ["/FreeText", "/Stamp", "/Redact", "/Text"])
@pytest.mark.parametrize("others_follow", [True, False])
def test_evil_annotations_on_a_certified_document(
    pilot: Pilot, signed: Callable[..., bytes], kind: str, others_follow: bool
):
    fields = ("Signature1", "Signature2") if others_follow else ("Signature1",)
    pdf = signed(*fields, others_follow=others_follow)
    caught(judged(pilot, revised(pdf, annotation(kind))), "MODIFIED_AFTER_SIGNING")


@pytest.mark.parametrize("others_follow", [True, False])
def test_a_sneaky_signature_field(pilot: Pilot, signed: Callable[..., bytes], others_follow: bool):
    pdf = signed("Signature1", "Signature2", others_follow=others_follow)
    caught(judged(pilot, revised(pdf, rogue_overlay)), "NOT_WHOLE_FILE", "MODIFIED_AFTER_SIGNING")


def test_a_sneaky_signature_is_one_nobody_asked_for(pilot: Pilot, signed: Callable[..., bytes], foreign_key):
    pdf = revised(signed(certify=False), rogue_overlay)
    forged = foreign_signature(pilot, foreign_key("ec"), pdf, field="Sneaky", certify=False)
    caught(judged(pilot, forged), "UNEXPECTED_SIGNATURE", "MODIFIED_AFTER_SIGNING")


def test_a_changed_appearance_of_the_next_field(pilot: Pilot, signed: Callable[..., bytes]):
    def dressed(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][1]
        form = generic.StreamObject(stream_data=b"0 0 500 500 re f")
        field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
        field["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 500)))
        writer.update_container(field)

    pdf = signed("Signature1", "Signature2", others_follow=True)
    caught(judged(pilot, revised(pdf, dressed)), "MODIFIED_AFTER_SIGNING", "NOT_WHOLE_FILE")


# --- shadow attacks: what was laid before signing, brought to light by a change that looks harmless


def trapped(pilot: Pilot, lay: Change) -> bytes:
    """A document with a trap in it, signed by an officer who saw nothing of it."""
    pdf = revised(pilot.fielded(), lay)
    return pilot.signed(pdf, certify=False).pdf


def overlaid(writer: IncrementalPdfFileWriter) -> None:
    """A picture over the text, as an object of its own."""
    entries = {pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form")}
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 500)))
    form = generic.StreamObject(entries | {pdf_name("/BBox"): box}, stream_data=b"1 g 0 0 500 500 re f")
    writer.root["/KRGZ_Trap"] = writer.add_object(form)
    writer.update_root()


def uncovered(writer: IncrementalPdfFileWriter) -> None:
    """Hide: the picture is redefined as nothing."""
    form = writer.root["/KRGZ_Trap"]
    form._data, form._encoded_data = b"", None
    writer.update_container(form)


def freed(writer: IncrementalPdfFileWriter) -> None:
    """Hide: the picture's object is freed."""
    reference = writer.root.raw_get("/KRGZ_Trap")
    writer.objects[(0, reference.idnum)] = generic.NullObject()


def fonted(writer: IncrementalPdfFileWriter) -> None:
    fonts = page_of(writer)["/Resources"]["/Font"]
    entries = {pdf_name("/Type"): pdf_name("/Font"), pdf_name("/Subtype"): pdf_name("/Type3")}
    fonts[pdf_name("/Evil")] = writer.add_object(generic.DictionaryObject(entries))
    writer.update_container(fonts)


def font_replaced(writer: IncrementalPdfFileWriter) -> None:
    """Replace: the font draws other digits."""
    font = page_of(writer)["/Resources"]["/Font"]["/Evil"]
    font[pdf_name("/CharProcs")] = generic.DictionaryObject()
    writer.update_container(font)


def doubled(writer: IncrementalPdfFileWriter) -> None:
    """A second tree of pages nobody sees."""
    page = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Page")})
    kids = generic.ArrayObject([writer.add_object(page)])
    tree = {"/Type": pdf_name("/Pages"), "/Kids": kids, "/Count": generic.NumberObject(1)}
    writer.root["/KRGZ_Trap"] = writer.add_object(
        generic.DictionaryObject({pdf_name(key): value for key, value in tree.items()})
    )
    writer.update_root()


def turned_over(writer: IncrementalPdfFileWriter) -> None:
    """Hide and replace: the catalog names the hidden tree."""
    writer.root["/Pages"] = writer.root.raw_get("/KRGZ_Trap")
    writer.update_root()


SHADOWS: dict[str, tuple[Change, Change]] = {
    "hide by redefining": (overlaid, uncovered),
    "hide by freeing": (overlaid, freed),
    "replace a font": (fonted, font_replaced),
    "hide and replace": (doubled, turned_over),
}


@pytest.mark.parametrize("name", SHADOWS)
def test_shadow_attacks(pilot: Pilot, name: str):
    lay, spring = SHADOWS[name]
    pdf = trapped(pilot, lay)
    assert judged(pilot, pdf).verdict == "TOTAL-PASSED"
    caught(judged(pilot, revised(pdf, spring)), "MODIFIED_AFTER_SIGNING")


# --- validation data


def without_data(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/DSS"]
    writer.update_root()


def archival(pilot: Pilot, signed: Callable[..., bytes]) -> bytes:
    later = SIGNED + timedelta(hours=2)
    trust = pilot.trust(at=later)
    pdf = with_validation_data(signed(), trust, later)
    return with_archival_timestamp(pdf, pilot.authority.timestamper(SetClock(later)), trust, later)


def test_stripped_validation_data_are_told(pilot: Pilot, signed: Callable[..., bytes]):
    pdf = archival(pilot, signed)
    assert judged(pilot, pdf).level == "B-LTA"
    caught(judged(pilot, revised(pdf, without_data)), "MODIFIED_AFTER_SIGNING", "NOT_WHOLE_FILE")


def test_a_cut_off_timestamp_costs_its_level_and_nothing_else(pilot: Pilot, signed: Callable[..., bytes]):
    # an earlier revision is a true document; what it lacks is said
    early = signed()
    report = judged(pilot, archival(pilot, signed)[: len(early)])
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-T")


# --- signers


def test_a_forged_field_of_the_second_signer(pilot: Pilot, signed: Callable[..., bytes], foreign_key):
    fields = ("Signature1", "Signature2")
    pdf = signed(*fields, others_follow=True)
    forged = foreign_signature(pilot, foreign_key("ec"), pdf, field="Signature2", certify=False)
    report = judged(pilot, forged)
    # issued by the same authority, but to somebody else
    assert (report.verdict, rules(report)) == ("INDETERMINATE", {"WRONG_SIGNER"})


def test_a_certificate_the_attacker_issued_himself(pilot: Pilot, signed: Callable[..., bytes]):
    report = pilot.signing.validate(signed(), TrustStore(), at=JUDGED)
    assert (report.verdict, rules(report)) == ("INDETERMINATE", {"NOT_TRUSTED"})
