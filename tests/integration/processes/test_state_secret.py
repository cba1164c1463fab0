"""What is declared a state secret is refused at every door (B16), and nothing of it is kept."""

from uuid import uuid4

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.errors import StateSecretRefused
from archive.service import Accession, Classification
from processes.errors import InvalidStep, StateSecretDeclared
from processes.tables import (
    AppealRow,
    AttachmentRow,
    CaseDocumentRow,
    CaseRow,
    DraftRow,
    PayloadRow,
    SigningAttemptRow,
)
from processes.use_cases.attach_file import AttachFile, attach_file
from processes.use_cases.drafts import SaveDraft, save_draft

SECRET = {"text": "məxfi məzmun", "last": True, "state_secret": True}


def test_at_the_public_form(rehearsal: Rehearsal) -> None:
    fields = dict(rehearsal.player(APPEAL, ANSWERED).scenario.fields)
    for declared in (True, "yes", "on", ["1"]):
        with pytest.raises(StateSecretDeclared):
            rehearsal.start(APPEAL, "executive", None, **fields | {"state_secret": declared})
    assert not rehearsal.rows(CaseRow)
    assert not rehearsal.rows(AppealRow)
    assert not rehearsal.rows(PayloadRow)


def test_at_a_step_its_draft_and_its_files(rehearsal: Rehearsal) -> None:
    deploy_minutes(rehearsal.office)
    case = rehearsal.start(KEY, "executive", "head")
    item = rehearsal.item(case.case_id, ELEMENT)
    head = rehearsal.person("head")
    file = AttachFile(item_id=item.id, by=head, field="papers", name="a.txt", content=b"secret", declared=SECRET)
    for act in (
        lambda: rehearsal.submit(item, "head", SECRET),
        lambda: save_draft(rehearsal.office, SaveDraft(item_id=item.id, by=head, fields=SECRET)),
        lambda: attach_file(rehearsal.office, file),
    ):
        with pytest.raises(StateSecretDeclared):
            act()
    assert not rehearsal.rows(DraftRow)
    assert not rehearsal.rows(AttachmentRow)
    assert not rehearsal.rows(SigningAttemptRow)
    rehearsal.sign(rehearsal.submit(item, "head", SECRET | {"state_secret": False}), "head")


def test_at_the_archivists_classification(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="classify")
    item = rehearsal.item(case_id, "classify")
    fields = rehearsal.fields(APPEAL, ANSWERED, "classify")
    with pytest.raises((StateSecretDeclared, InvalidStep)):
        rehearsal.submit(item, "archivist", fields | {"access_level": "state_secret"})
    assert rehearsal.waiting(case_id) == ["classify"]


def test_in_the_archive_itself(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="classify")
    office = rehearsal.office
    with office.unit_of_work() as uow:
        blob = office.blobs.put(b"%PDF-1.7 secret")
        accession = Accession(
            id=uuid4(), case_id=None, owner="executive", number="1", type="letter", title="Məktub", language="az",
            media_type="application/pdf", status="in effect", level="B-T", access_level="state_secret",
            access_flags=(), retention_class=None, signed_at=uow.now, signers=(), properties={}, text="", blob=blob,
        )  # fmt: skip
        with pytest.raises(StateSecretRefused):
            uow.archive.accession(accession, actor="test")
        documents = [row.document_id for row in rehearsal.rows(CaseDocumentRow, case_id=case_id)]
        with pytest.raises(StateSecretRefused):
            uow.archive.classify(documents, Classification(access_level="state_secret"), actor="test")
