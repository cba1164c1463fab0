"""What is declared a state secret is refused at every door (B16), and nothing of it is kept."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.documents import STATE_SECRET
from archive.errors import PackageRefused, StateSecretRefused
from archive.packages import PackagedDocument, PackageInfo, PackageShape, new_package
from archive.service import Accession, Classification
from archive.tables import DocumentRow
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
from processes.use_cases.classify_document import ClassifyDocument, classify_document
from processes.use_cases.drafts import SaveDraft, save_draft
from processes.use_cases.import_legacy import ImportLegacy, import_legacy
from processes.use_cases.import_package import ImportPackage, import_package
from processes.use_cases.redact_document import RedactDocument, redact_document

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


@pytest.fixture
def secret_package(rehearsal: Rehearsal, tmp_path: Path) -> Path:
    """What another archive would give out if it held such a document."""
    office, identity = rehearsal.office, uuid4()
    with office.unit_of_work() as uow:
        blob = office.blobs.put(b"%PDF-1.7 secret")
        accession = Accession(
            id=identity, owner="x", number="1", type="letter", title="Məktub", language="az", blob=blob
        )
        uow.archive.accession(accession, actor="test")
        told = {"revisions": uow.archive.revisions(identity), "custody": uow.archive.custody(identity)}
        document = replace(uow.archive.document(identity), access_level=STATE_SECRET)
    info = PackageInfo(name="p", organisation="o", made_at=office.clock(), language="az", software="test")
    with new_package(tmp_path / "package", PackageShape.BAGIT, info, lambda _: b"") as package:
        package.add(PackagedDocument(document=document, content=b"%PDF-1.7 secret", **told))
    return tmp_path / "package"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_at_the_doors_for_many_documents(rehearsal: Rehearsal, secret_package: Path, tmp_path: Path) -> None:
    office = rehearsal.office
    with pytest.raises(PackageRefused, match=r"(?i)state secrets are never taken in"):
        list(import_package(office, ImportPackage(package=secret_package, body="executive")))
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"secret")
    (folder / "index.csv").write_text("file,number,title,date,access\na.txt,1,A,2012-05-04,state_secret\n")
    (line,) = import_legacy(office, ImportLegacy(folder=folder, body="executive"))
    assert (line.state, line.column) == ("refused", "access")
    assert "B16" in str(line.reason)
    assert rehearsal.rows(DocumentRow, type="letter") == []


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_at_what_an_archivist_decides_of_a_document(rehearsal: Rehearsal) -> None:
    office, archivist, identity = rehearsal.office, rehearsal.person("archivist"), uuid4()
    with office.unit_of_work() as uow:
        blob, owner = office.blobs.put(b"%PDF-1.7 letter"), str(rehearsal.body("executive"))
        accession = Accession(id=identity, owner=owner, number="1", type="letter", title="Məktub", blob=blob)
        uow.archive.accession(accession, actor="test")
        uow.commit()
    level = ClassifyDocument(document_id=identity, by=archivist, access_level=STATE_SECRET, ground="Qanun")
    copy = RedactDocument(
        document_id=identity, by=archivist, name="a.pdf", content=b"%PDF-1.7", title="Surət", removed=["a"],
        ground="Qanun", state_secret=True,
    )  # fmt: skip
    for act in (lambda: classify_document(office, level), lambda: redact_document(office, copy)):
        with pytest.raises(StateSecretDeclared):
            act()
    assert [each.access_level for each in rehearsal.rows(DocumentRow, type="letter")] == ["open"]
