"""What somebody adds after the newest signature, with a timestamp of an honest authority over it, is caught.

Anybody gets timestamps: that one covers the file to its end says nothing of who meant what stands under it.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from signing_pilot import JUDGED, OFFICER, SIGNED, Pilot, SetClock, document

from signing import pades
from signing.report import ValidationReport
from signing.service import Signing
from signing.structure import open_pdf
from signing.timestamp import request_token

Change = Callable[[IncrementalPdfFileWriter], None]
STAMPED = SIGNED + timedelta(hours=1)


def judged(pilot: Pilot, pdf: bytes) -> ValidationReport:
    return pilot.signing.validate(pdf, pilot.trust(), at=JUDGED)


def rules(report: ValidationReport) -> set[str]:
    return {finding.partition(":")[0] for finding in report.findings}


def revised(pdf: bytes, change: Change, *, stay: bool = True) -> bytes:
    """One more revision; pyHanko's own is told the time and its name in the metadata."""
    writer = pades._Writer(BytesIO(pdf)) if stay else IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    return pades._written(writer)


def stamped(pilot: Pilot, pdf: bytes) -> bytes:
    """A document timestamp of the pilot's authority over whatever is there."""
    authority = pilot.authority.timestamper(SetClock(STAMPED))
    return pades.append_timestamp(pdf, lambda digest: request_token(authority, digest, at=STAMPED).der, room=8192)


def array(*numbers: int) -> generic.ArrayObject:
    return generic.ArrayObject(map(generic.NumberObject, numbers))


def drawing(text: bytes = b"1 g 0 0 500 500 re f") -> generic.StreamObject:
    entries = {"/Type": pdf_name("/XObject"), "/Subtype": pdf_name("/Form"), "/BBox": array(0, 0, 500, 500)}
    return generic.StreamObject({pdf_name(key): value for key, value in entries.items()}, stream_data=text)


def dressed(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    """A picture of the attacker's."""
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawing())})


def drawn_anew(writer: IncrementalPdfFileWriter, _field: generic.DictionaryObject) -> None:
    """What is in a field counts, not what was drawn of it (ISO 32000-2, 12.7.3)."""
    writer.root["/AcroForm"]["/NeedAppearances"] = generic.BooleanObject(True)


def timestamp_with(pilot: Pilot, pdf: bytes, box: tuple[int, int, int, int], more: Callable[..., None]) -> bytes:
    """A document timestamp that brings something in its own revision."""
    authority, writer = pilot.authority.timestamper(SetClock(STAMPED)), pades._writer(pdf)
    embedder = PdfCMSEmbedder(new_field_spec=SigFieldSpec(sig_field_name="Stamp", box=box))
    steps = embedder.write_cms("Stamp", writer)
    more(writer, next(steps).get_object())
    steps.send(SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=16384)))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256", output=BytesIO()))
    reserved = prepared.reserved_region_start, prepared.reserved_region_end
    placeholder = pades.Placeholder(output.getvalue(), prepared.document_digest, reserved)
    return placeholder.filled(request_token(authority, placeholder.digest, at=STAMPED).der)


def form_field(writer: IncrementalPdfFileWriter) -> None:
    """A sum in a form, as a stranger's document may have it."""
    entries: dict[str, Any] = {
        "/Type": pdf_name("/Annot"),
        "/Subtype": pdf_name("/Widget"),
        "/FT": pdf_name("/Tx"),
        "/T": generic.pdf_string("sum"),
        "/V": generic.pdf_string("100"),
        "/Rect": array(0, 0, 100, 20),
        "/AP": generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawing(b"BT (100) Tj ET"))}),
    }
    field = writer.add_object(generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()}))
    page, fields = writer.root["/Pages"]["/Kids"][0], writer.root["/AcroForm"]["/Fields"]
    for listed, owner in ((fields, writer.root["/AcroForm"]), (page["/Annots"], page)):
        listed.append(field)
        writer.update_container(listed)
        writer.update_container(owner)


@pytest.fixture(scope="module")
def made(authority: Any, opened: Any) -> Callable[[str], tuple[Pilot, bytes]]:
    """Signed documents of strangers, with a form: alone, certified so that others may follow, not certified."""
    clock = SetClock()
    signing = Signing(clock=clock, timestamper=authority.timestamper(clock))
    pilot = Pilot(authority, None, opened(OFFICER, "officer"), clock, signing)

    @lru_cache
    def signed(kind: str) -> tuple[Pilot, bytes]:
        pdf = revised(signing.allot_fields(document(step=None), ["Signature1", "Signature2"]), form_field)
        return pilot, pilot.signed(pdf, certify=kind != "plain", others_follow=kind == "others").pdf

    return signed


def field_of(writer: IncrementalPdfFileWriter, number: int) -> Any:
    return writer.root["/AcroForm"]["/Fields"][number]


def another_value(writer: IncrementalPdfFileWriter) -> None:
    field_of(writer, -1)["/V"] = generic.pdf_string("1000000")
    writer.update_container(field_of(writer, -1))


def another_appearance(writer: IncrementalPdfFileWriter) -> None:
    form = field_of(writer, -1)["/AP"]["/N"]
    form._data, form._encoded_data = b"BT (1000000) Tj ET", None
    writer.update_container(form)


def another_field(writer: IncrementalPdfFileWriter) -> None:
    append_signature_field(writer, SigFieldSpec("Sneaky", box=(0, 0, 500, 500)))


def other_fonts(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/AcroForm"]["/DR"] = writer.add_object(generic.DictionaryObject())
    writer.update_container(writer.root["/AcroForm"])


def appearance_of_the_next_field(writer: IncrementalPdfFileWriter) -> None:
    field = field_of(writer, 1)
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawing())})
    writer.update_container(field)


KINDS = [pytest.param("others", marks=pytest.mark.long), "plain"]
"""certified so that others may follow; not certified, which allows most"""
CHANGES = [another_value, another_appearance, another_field, other_fonts, appearance_of_the_next_field]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_signed_is_not_made_good_by_a_timestamp(
    made: Callable[[str], tuple[Pilot, bytes]], kind: str, change: Change
):
    pilot, pdf = made(kind)
    assert judged(pilot, stamped(pilot, pdf)).verdict == "TOTAL-PASSED"
    report = judged(pilot, stamped(pilot, revised(pdf, change)))
    assert (report.verdict, rules(report)) == ("TOTAL-FAILED", {"MODIFIED_AFTER_SIGNING"}), report.findings


NOWHERE, OVER_THE_PAGE = (0, 0, 0, 0), (0, 0, 500, 500)


@pytest.mark.parametrize(("box", "more"), [(OVER_THE_PAGE, dressed), (NOWHERE, dressed), (NOWHERE, drawn_anew)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_timestamp_brings_nothing_that_shows(
    made: Callable[[str], tuple[Pilot, bytes]], kind: str, box: tuple[int, int, int, int], more: Callable[..., None]
):
    pilot, pdf = made(kind)
    report = judged(pilot, timestamp_with(pilot, pdf, box, more))
    assert (report.verdict, rules(report)) == ("TOTAL-FAILED", {"MODIFIED_AFTER_SIGNING"}), report.findings
    nothing = timestamp_with(pilot, pdf, NOWHERE, lambda *_: None)
    assert judged(pilot, nothing).verdict == "TOTAL-PASSED"


def test_the_next_signer_may_fill_in_and_answers_for_it(made: Callable[[str], tuple[Pilot, bytes]]):
    pilot, pdf = made("others")
    cosigned = pilot.signed(revised(pdf, another_value), field="Signature2", certify=False).pdf
    assert judged(pilot, stamped(pilot, cosigned)).verdict == "TOTAL-PASSED"


def called_otherwise(writer: IncrementalPdfFileWriter) -> None:
    stream = writer.root["/Metadata"]
    stream._data, stream._encoded_data = stream.data.replace(b"Anket", b"Hesab"), None
    writer.update_container(stream)


def titled_otherwise(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Hesab")}))


@pytest.mark.parametrize(
    ("change", "told"), [(called_otherwise, "title"), (titled_otherwise, "/Title")], ids=["XMP", "Info"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_another_title_under_a_timestamp_is_told(
    made: Callable[[str], tuple[Pilot, bytes]], kind: str, change: Change, told: str
):
    pilot, pdf = made(kind)
    report = judged(pilot, stamped(pilot, revised(pdf, change)))
    assert (report.verdict, rules(report)) == ("INDETERMINATE", {"MODIFIED_AFTER_SIGNING"}), report.findings
    assert told in report.findings[0]


def test_a_maker_that_writes_its_name_and_the_time_changes_nothing(made: Callable[[str], tuple[Pilot, bytes]]):
    # pyHanko itself does so at each revision: its documents are no worse for it
    pilot, pdf = made("plain")
    later = revised(pdf, lambda writer: writer.update_root(), stay=False)
    before, after = (open_pdf(one).root["/Metadata"].data for one in (pdf, later))
    assert before != after
    report = judged(pilot, stamped(pilot, later))
    assert (report.verdict, report.findings) == ("TOTAL-PASSED", ())
