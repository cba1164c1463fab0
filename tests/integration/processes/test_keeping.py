"""Redacted copies, publication (B9), and a state secret found later (B16): what each refuses, and what it leaves."""

import io
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.documents import Restriction
from archive.errors import DocumentDestroyed, DocumentQuarantined
from archive.service import Accession, ArchivedDocument
from processes.audit import broken_links
from processes.errors import EntryRefused, NotFound, NotPermitted, StateSecretDeclared
from processes.extracting import Extractor
from processes.redacting import leaks
from processes.sealing import verify_code as code_of
from processes.signed_documents import validate_document
from processes.tables import PayloadRow, StepRecordRow
from processes.use_cases.classify_document import ClassifyDocument, classify_document
from processes.use_cases.make_redacted_copy import Area, MakeRedactedCopy, make_redacted_copy
from processes.use_cases.publish_document import (
    PublishDocument,
    publish_document,
    published_documents,
    read_published,
    withdraw_document,
)
from processes.use_cases.quarantine_document import (
    EndQuarantine,
    QuarantineDocument,
    quarantine_document,
    release_document,
    remove_document,
)
from processes.use_cases.redact_document import RedactDocument, redact_document
from processes.use_cases.verify_document import verify_code
from processes.use_cases.view_document import ViewDocument, view_document

GROUND = "Qanun, maddə 7"


def pdf(text: str, *, title: str = "", attached: bytes = b"", twice: bool = False) -> bytes:
    """A PDF that says so, in its own description too, with a file in it, or with an older state below."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    if title:
        writer.add_metadata({"/Title": title})
    if attached:
        writer.add_attachment("step.json", attached)
    written = io.BytesIO()
    writer.write(written)
    content = written.getvalue()
    return content + content[content.rindex(b"startxref") :] if twice else content


@pytest.fixture
def secret(rehearsal: Rehearsal) -> ArchivedDocument:
    """A document of official use with personal data."""
    office = rehearsal.office
    with office.unit_of_work() as uow:
        taken = uow.archive.accession(
            Accession(
                id=uuid4(), owner=str(rehearsal.body("executive")), number="M-7", type="letter", title="Məktub",
                blob=office.blobs.put(pdf("Letter of Karim Aliyev")), access_level="official_use",
                access_flags=("personal_data",),
            ),
            actor="test",
        )  # fmt: skip
        uow.commit()
    return taken


@pytest.fixture
def signed(rehearsal: Rehearsal) -> ArchivedDocument:
    """What an officer has signed in a case."""
    case_id = rehearsal.play(APPEAL, ANSWERED, until="registration_check")
    fields = rehearsal.fields(APPEAL, ANSWERED, "registration_check")
    made = rehearsal.sign(rehearsal.submit(rehearsal.item(case_id, "registration_check"), "clerk", fields), "clerk")
    with rehearsal.office.reading() as uow:
        return uow.archive.document(made.document_id)


def redaction(rehearsal: Rehearsal, document: ArchivedDocument, content: bytes, **changed: object) -> RedactDocument:
    values = {
        "by": rehearsal.person("archivist"),
        "document_id": document.id,
        "name": "copy.pdf",
        "content": content,
        "title": "Müraciət haqqında",
        "removed": ["Karim Aliyev", "+994 50 111-22-33"],
        "ground": GROUND,
    }
    return RedactDocument(**{**values, **changed})  # type: ignore[arg-type]


def test_a_copy_that_still_holds_what_was_removed_is_refused(rehearsal: Rehearsal, secret: ArchivedDocument) -> None:
    office = rehearsal.office
    for content, field, reason in (
        (pdf("Letter of Karim Aliyev"), "removed", "not-removed"),
        (pdf("KARIM  ALI-YEV wrote"), "removed", "not-removed"),
        (pdf("call 994501112233"), "removed", "not-removed"),
        (pdf("A letter", title="Karim Aliyev"), "removed", "not-removed"),
        (pdf("A letter", attached=b"{}"), "file", "hidden-parts"),
        (pdf("A letter", twice=True), "file", "hidden-parts"),
        (b"%PDF-1.7 torn", "file", "malformed"),
    ):
        with pytest.raises(EntryRefused) as refused:
            redact_document(office, redaction(rehearsal, secret, content))
        assert (refused.value.field, refused.value.reason) == (field, reason)
    clean = pdf("A letter")
    for changed, field in (
        ({"removed": [" "]}, "removed"),
        ({"removed": ["x"]}, "removed"),
        ({"title": "Karim Aliyev"}, "copy_title"),
        ({"ground": " "}, "ground"),
    ):
        with pytest.raises(EntryRefused) as refused:
            redact_document(office, redaction(rehearsal, secret, clean, **changed))
        assert refused.value.field == field
    with pytest.raises(StateSecretDeclared):
        redact_document(office, redaction(rehearsal, secret, clean, state_secret=True))
    with pytest.raises(NotPermitted):
        redact_document(office, redaction(rehearsal, secret, clean, by=rehearsal.person("clerk")))


def test_a_copy_is_published_and_its_original_is_not(rehearsal: Rehearsal, secret: ArchivedDocument) -> None:
    """B9: what is restricted is never within anybody's reach, and stops being so the moment it becomes so."""
    office, archivist = rehearsal.office, rehearsal.person("archivist")

    def publishing(document_id: UUID, ground: str = GROUND) -> PublishDocument:
        return PublishDocument(by=archivist, document_id=document_id, ground=ground)

    with pytest.raises(EntryRefused) as barred:
        publish_document(office, publishing(secret.id))
    assert (barred.value.field, barred.value.reason) == ("publication", "level")
    made = redact_document(office, redaction(rehearsal, secret, pdf("A letter")))
    assert made.number == f"{secret.number}/R1"
    assert made.unread_pages == 0
    assert redact_document(office, redaction(rehearsal, secret, pdf(""))).unread_pages == 1
    with office.reading() as uow:
        copy = uow.archive.document(made.document_id)
        assert (copy.original_id, copy.access_level) == (secret.id, "open")
        assert copy.sha256 != secret.sha256
        assert uow.archive.document(secret.id).sha256 == secret.sha256, "the original is as it was"
        assert uow.archive.custody(secret.id)[-1].event == "redacted"
        uow.archive.verify_custody(secret.id)
    with pytest.raises(NotFound):
        read_published(office, copy.id)
    with pytest.raises(EntryRefused):
        publish_document(office, publishing(copy.id, " "))
    publish_document(office, publishing(copy.id))
    assert read_published(office, copy.id)[1].startswith(b"%PDF-")
    assert [each.id for each, _ in published_documents(office, 1)[0]] == [copy.id]
    assert [line.actor for line in rehearsal.audit("archive:document:view")] == ["the public"]

    decision = ClassifyDocument(
        by=archivist, document_id=copy.id, ground=GROUND, access_level="open",
        flags={"personal_data": Restriction(ground=GROUND)},
    )  # fmt: skip
    classify_document(office, decision)
    with pytest.raises(NotFound):
        read_published(office, copy.id)
    with pytest.raises(EntryRefused) as barred:
        publish_document(office, publishing(copy.id))
    assert barred.value.reason == "flags"
    classify_document(
        office, ClassifyDocument(by=archivist, document_id=copy.id, ground="silindi", access_level="open")
    )
    assert read_published(office, copy.id)
    withdraw_document(office, publishing(copy.id))
    with pytest.raises(NotFound):
        read_published(office, copy.id)
    assert published_documents(office, 1)[1].total == 0


def test_a_classification_has_a_ground_and_takes_no_state_secret(
    rehearsal: Rehearsal, secret: ArchivedDocument
) -> None:
    office = rehearsal.office

    def decision(**changed: object) -> ClassifyDocument:
        values = {
            "by": rehearsal.person("archivist"), "document_id": secret.id, "ground": "yenidən baxıldı",
            "access_level": "commercial_secret", "access_ground": GROUND,
        }  # fmt: skip
        return ClassifyDocument(**{**values, **changed})  # type: ignore[arg-type]

    for changed in ({"access_level": "state_secret"}, {"flags": {"state_secret": Restriction(ground=GROUND)}}):
        with pytest.raises(StateSecretDeclared):
            classify_document(office, decision(**changed))
    for changed, field in (
        ({"ground": " "}, "ground"),
        ({"flags": {"personal_data": Restriction(ground=" ")}}, "ground_personal_data"),
        ({"access_level": "top"}, "access_level"),
    ):
        with pytest.raises(EntryRefused) as refused:
            classify_document(office, decision(**changed))
        assert refused.value.field == field
    with pytest.raises(NotPermitted):
        classify_document(office, decision(by=rehearsal.person("clerk")))
    classify_document(office, decision())
    with office.reading() as uow:
        kept = uow.archive.document(secret.id)
        event = uow.archive.custody(secret.id)[-1]
    assert (kept.access_level, kept.access_ground, kept.access_flags) == ("commercial_secret", GROUND, ())
    assert event.details is not None
    assert event.details["note"] == "yenidən baxıldı"
    assert rehearsal.audit("archive:document:classify")[-1].details["level"] == "commercial_secret"


def test_a_secret_found_later_is_locked_away_and_removed_by_two(rehearsal: Rehearsal, signed: ArchivedDocument) -> None:
    """B16: two different persons, an act, nothing left but number, hashes and chains that hold."""
    office, secret = rehearsal.office, signed
    archivist, head, clerk = (rehearsal.person(each) for each in ("archivist", "head", "clerk"))
    copy = redact_document(office, redaction(rehearsal, secret, pdf("A letter")))

    def lock(by: UUID, second: UUID, ground: str = GROUND) -> None:
        quarantine_document(office, QuarantineDocument(by=by, document_id=secret.id, second=second, ground=ground))

    def end(by: UUID, pin: str = "", ground: str = GROUND) -> EndQuarantine:
        return EndQuarantine(by=by, document_id=secret.id, ground=ground, pin=pin)

    pin = rehearsal.accounts["head"].pin
    for wrong in (archivist, clerk):
        with pytest.raises(EntryRefused):
            lock(archivist, wrong)
    with pytest.raises(NotPermitted):
        lock(clerk, head)
    lock(archivist, head)
    for somebody in (clerk, rehearsal.person("executor2")):
        with pytest.raises(NotFound):
            view_document(office, ViewDocument(document_id=secret.id, by=somebody))
        with pytest.raises(NotFound):
            release_document(office, end(somebody))
    with pytest.raises(NotPermitted):
        release_document(office, end(archivist))
    release_document(office, end(head))
    assert view_document(office, ViewDocument(document_id=secret.id, by=clerk))

    lock(archivist, head)
    with pytest.raises(NotPermitted):
        remove_document(office, end(archivist, rehearsal.accounts["archivist"].pin))
    with pytest.raises(EntryRefused):
        remove_document(office, end(head, pin, ground=" "))
    number = remove_document(office, end(head, pin))
    with office.reading() as uow:
        gone = uow.archive.document(secret.id)
        act = uow.archive.documents([uow.archive.custody(gone.id)[0].document_id])
        assert (gone.status, gone.title, gone.number, gone.sha256) == ("destroyed", "—", secret.number, secret.sha256)
        assert uow.archive.document(copy.document_id).status == "destroyed"
        assert not office.blobs.exists(secret.sha256)
        for each in (gone.id, copy.document_id):
            uow.archive.verify_custody(each)
        with pytest.raises((DocumentDestroyed, DocumentQuarantined)):
            uow.archive.fetch(secret.id)
        assert broken_links(uow.session, str(secret.case_id)) == []
        assert act
    (record,) = rehearsal.rows(StepRecordRow, document_id=secret.id)
    (payload,) = rehearsal.rows(PayloadRow, id=record.payload_id)
    assert payload.body is None
    assert number.startswith("DS-2026-")
    with pytest.raises(NotFound):
        verify_code(office, code_of(secret.id))
    with pytest.raises(NotFound):
        view_document(office, ViewDocument(document_id=secret.id, by=clerk))


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_redacted_copy_is_made_sealed_and_linked_to_its_original(
    rehearsal: Rehearsal, signed: ArchivedDocument
) -> None:
    office, signer = rehearsal.office, signed.signers[0]["name"]
    asked = MakeRedactedCopy(
        by=rehearsal.person("archivist"), document_id=signed.id, title="Müraciət haqqında", removed=[signer],
        areas=[Area(page=1, left=0, top=0, width=5, height=5)], ground=GROUND,
    )  # fmt: skip
    for changed, field in (
        ({"removed": [], "areas": []}, "removed"),
        ({"removed": ["Heç vaxt yazılmayan"]}, "removed"),
        *(
            ({"areas": each}, "areas")
            for each in (
                [Area(page=99, left=0, top=0, width=5, height=5)],
                [Area(page=0, left=0, top=0, width=5, height=5)],
                [Area(page=1, left=100, top=0, width=5, height=5)],
                [Area(page=1, left=0, top=0, width=0, height=5)],
                [Area(page=1, left=0, top=0, width=5, height=float("nan"))],
                [Area(page=1, left=0, top=0, width=5, height=5)] * 501,
            )
        ),
        ({"title": f"{signer} haqqında"}, "copy_title"),
        ({"ground": ""}, "ground"),
    ):
        with pytest.raises(EntryRefused) as refused:
            make_redacted_copy(office, replace(asked, **changed))
        assert refused.value.field == field
    with pytest.raises(NotPermitted):
        make_redacted_copy(office, replace(asked, by=rehearsal.person("clerk")))
    made = make_redacted_copy(office, asked)
    with office.reading() as uow:
        copy, content = uow.archive.document(made.document_id), uow.archive.fetch(made.document_id)
        assert uow.archive.custody(signed.id)[-1].details["copy"] == str(copy.id)
    assert (copy.original_id, copy.number, copy.access_level) == (signed.id, f"{signed.number}/R1", "open")
    assert copy.signers[0]["capacity"] == "e-seal"
    assert validate_document(office, copy.id) == "TOTAL-PASSED"
    with Extractor() as extractor:
        assert leaks([extractor.text(content)], [signer]) == []
        assert len(extractor.text(content)) > 100, "the rest is still found"
