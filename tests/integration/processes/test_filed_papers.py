"""Files of a case come into the archive as documents of their own, as they are, each with its own report."""

from uuid import UUID, uuid4

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.documents import ArchivedDocument
from archive.errors import DocumentDestroyed
from processes.errors import NotFound
from processes.signed_documents import validate_document
from processes.tables import AttachmentRow
from processes.use_cases.attach_file import AttachFile, attach_file, store_file
from processes.use_cases.quarantine_document import (
    EndQuarantine,
    QuarantineDocument,
    quarantine_document,
    release_document,
    remove_document,
)
from processes.use_cases.start_case import StartCase, start_case
from processes.use_cases.view_document import view_attachment

PNG = b"\x89PNG\r\n\x1a\n torn"


@pytest.fixture
def item_id(rehearsal: Rehearsal) -> UUID:
    deploy_minutes(rehearsal.office)
    return rehearsal.item(rehearsal.start(KEY, "executive", "head").case_id, ELEMENT).id


def attach(rehearsal: Rehearsal, item_id: UUID, name: str, content: bytes) -> UUID:
    head = rehearsal.person("head")
    return attach_file(
        rehearsal.office, AttachFile(item_id=item_id, by=head, field="papers", name=name, content=content)
    )


def sign(rehearsal: Rehearsal, item_id: UUID) -> ArchivedDocument:
    (row,) = {row.case_id for row in rehearsal.rows(AttachmentRow, work_item_id=item_id)}
    item = rehearsal.item(row, ELEMENT)
    made = rehearsal.sign(rehearsal.submit(item, "head", {"text": "Qeyd", "last": True}), "head")
    with rehearsal.office.reading() as uow:
        return uow.archive.document(made.document_id)


def papers(rehearsal: Rehearsal, case_id: UUID | None) -> dict[str, ArchivedDocument]:
    assert case_id is not None
    with rehearsal.office.reading() as uow:
        return {each.title: each for each in uow.archive.case_documents(case_id) if each.type == "attachment"}


def test_each_file_of_a_signed_step_is_a_document_with_a_report(rehearsal: Rehearsal, item_id: UUID) -> None:
    office = rehearsal.office
    other = rehearsal.item(rehearsal.start(KEY, "executive", "head").case_id, ELEMENT)
    foreign = rehearsal.sign(rehearsal.submit(other, "head", {"text": "Başqa iş", "last": True}), "head")
    files = {
        "signed.pdf": rehearsal.pdf(foreign.document_id),
        "scan.png": PNG,
        "note.txt": b"Qeyd",
    }
    for name, content in files.items():
        attach(rehearsal, item_id, name, content)
    signed = sign(rehearsal, item_id)
    found = papers(rehearsal, signed.case_id)
    assert set(found) == set(files)
    expected = {"signed.pdf": "TOTAL-PASSED", "scan.png": "TOTAL-FAILED"}
    for name, document in found.items():
        assert validate_document(office, document.id) == expected.get(name, "INDETERMINATE")
        assert document.number.startswith(f"{signed.number}.")
        assert (document.access_level, document.unit) == (signed.access_level, signed.unit)
        with office.reading() as uow:
            assert uow.archive.fetch(document.id) == files[name]
            assert len(uow.archive.revisions(document.id)) == 1, "what others signed is never appended to"
            told = [each for each in uow.archive.custody(document.id) if each.event == "validated"]
        assert told[0].details is not None
        assert told[0].details["report"]["verdict"] == expected.get(name, "INDETERMINATE")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_files_of_a_submission_are_documents_of_its_access(rehearsal: Rehearsal) -> None:
    fields = dict(rehearsal.player(APPEAL, ANSWERED).scenario.fields)
    request = StartCase(
        definition_key=APPEAL, body_id=rehearsal.body("executive"), by=None, language="az", channel="portal",
        fields=fields, files=[store_file(rehearsal.office, "attachments", "etiraz.txt", b"Etiraz")], case_id=uuid4(),
    )  # fmt: skip
    case = start_case(rehearsal.office, request)
    (document,) = papers(rehearsal, case.case_id).values()
    assert document.number == f"{case.number}.1"
    assert (document.access_level, document.access_flags) == ("official_use", ("personal_data",))


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_file_is_locked_away_and_removed_with_its_document_or_alone(rehearsal: Rehearsal, item_id: UUID) -> None:
    office = rehearsal.office
    archivist, head = rehearsal.person("archivist"), rehearsal.person("head")
    attachment = attach(rehearsal, item_id, "note.txt", b"Qeyd")
    signed = sign(rehearsal, item_id)
    (paper,) = papers(rehearsal, signed.case_id).values()
    pin = rehearsal.accounts["head"].pin

    def lock(document: ArchivedDocument) -> EndQuarantine:
        asked = QuarantineDocument(by=archivist, document_id=document.id, second=head, ground="Siyahı, b. 3")
        quarantine_document(office, asked)
        with pytest.raises(NotFound):
            view_attachment(office, attachment, head)
        return EndQuarantine(by=head, document_id=document.id, ground="Siyahı, b. 3", pin=pin)

    release_document(office, lock(signed))
    assert view_attachment(office, attachment, head)[2] == b"Qeyd"
    remove_document(office, lock(paper))
    assert not office.blobs.exists(paper.sha256)
    with pytest.raises(NotFound):
        view_attachment(office, attachment, head)
    with office.reading() as uow:
        assert uow.archive.fetch(signed.id)
        with pytest.raises(DocumentDestroyed):
            uow.archive.fetch(paper.id, quarantined=True)
