"""What is removed is gone: from rows, blobs, index, notices and jobs, and from the bytes of the database's files."""

import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import Rehearsal

from archive.blobs import reference_to
from archive.disposal import Removal
from archive.documents import DocumentStatus
from archive.service import ArchivedDocument, SearchQuery, Visibility
from processes.auditing import run_audit
from processes.erasing import erase_leftovers, erase_waiting, forget_words
from processes.office import Office
from processes.tables import AttachmentRow, CaseRow, OutboxRow, PayloadRow
from processes.transfers import TRANSFERS, make_package, sweep_transfers
from processes.use_cases.attach_file import AttachFile, attach_file
from processes.use_cases.quarantine_document import (
    EndQuarantine,
    QuarantineDocument,
    quarantine_document,
    remove_document,
)
from processes.use_cases.send_notice import Notice, post_notice, send_notice

WORD = "qarabagxezinesi"
"""written nowhere else"""
PAPER = b"a paper of the same secret"


@pytest.fixture
def written(rehearsal: Rehearsal) -> ArchivedDocument:
    """A signed document with that word in it, a file beside it and a notice about it, among others."""
    office = rehearsal.office
    deploy_minutes(office)
    made: list[UUID] = []
    for text in ("Adi qeyd", f"Qeyd: {WORD}", "Adi qeyd"):
        item = rehearsal.item(rehearsal.start(KEY, "executive", "head").case_id, ELEMENT)
        head = rehearsal.person("head")
        if WORD in text:
            attach_file(office, AttachFile(item_id=item.id, by=head, field="papers", name="a.txt", content=PAPER))
        made.append(rehearsal.sign(rehearsal.submit(item, "head", {"text": text, "last": True}), "head").document_id)
    with office.unit_of_work() as uow:
        secret = uow.archive.document(made[1])
        told = Notice(
            key="k", case_id=secret.case_id, recipient=f"{WORD}@example.org", subject=WORD, body=WORD,
            document_id=secret.id,
        )  # fmt: skip
        post_notice(office, uow, told)
        uow.commit()
    return secret


def in_the_files(office: Office, words: str) -> int:
    """How often it stands in the database's files, as text or as a folded word of the index."""
    files = [office.settings.home / f"karguzar.db{end}" for end in ("", "-wal", "-journal")]
    return sum(file.read_bytes().count(words.encode()) for file in files if file.exists())


def pass_time(office: Office, monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    now = office.clock._real() + timedelta(**span)
    monkeypatch.setattr(office.clock, "_real", lambda: now)


def remove(rehearsal: Rehearsal, document: ArchivedDocument) -> None:
    archivist, head = rehearsal.person("archivist"), rehearsal.person("head")
    asked = QuarantineDocument(by=archivist, document_id=document.id, second=head, ground="Siyahı, b. 3")
    quarantine_document(rehearsal.office, asked)
    pin = rehearsal.accounts["head"].pin
    remove_document(rehearsal.office, EndQuarantine(by=head, document_id=document.id, ground="Siyahı, b. 3", pin=pin))


def found(office: Office, text: str) -> int:
    with office.reading() as uow:
        return len(uow.archive.search(SearchQuery(text=text), Visibility.everything()).documents)


def test_nothing_of_a_removed_state_secret_is_left(rehearsal: Rehearsal, written: ArchivedDocument) -> None:
    office = rehearsal.office
    on_sqlite = office.database.dialect.name == "sqlite"
    assert not on_sqlite or in_the_files(office, WORD)
    assert (found(office, "qeyd"), found(office, WORD)) == (3, 1)
    remove(rehearsal, written)
    assert forget_words(office) == "done"
    (notice,) = rehearsal.rows(OutboxRow, document_id=written.id)
    assert (notice.recipient, notice.subject, notice.body) == ("", "", "")
    assert send_notice(office, notice.id) == "erased"
    assert not office.blobs.exists(reference_to(PAPER).sha256)
    assert not office.blobs.exists(written.sha256)
    assert [row.name for row in rehearsal.rows(AttachmentRow, case_id=written.case_id)] == [""]
    assert all(row.body is None for row in rehearsal.rows(PayloadRow, case_id=written.case_id))
    with office.reading() as uow:
        jobs = "workflow_status" if on_sqlite else "dbos.workflow_status"
        about = sa.text(f"SELECT count(*) FROM {jobs} WHERE status = 'SUCCESS' AND workflow_uuid LIKE :id")
        assert uow.session.scalar(about, {"id": f"%{written.id}%"}) == 0
    if on_sqlite:
        assert in_the_files(office, WORD) == 0
    assert (found(office, "qeyd"), found(office, WORD)) == (2, 0)
    report = run_audit(office, by="test")
    assert report.sound, report.findings


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_a_killed_process_did_not_erase_is_erased_within_the_hour(
    rehearsal: Rehearsal, written: ArchivedDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = rehearsal.office
    removal = Removal(status=DocumentStatus.DESTROYED, ground="g", act="A-1", over_on=None)
    with office.unit_of_work() as uow:
        uow.archive.disposal.remove(written.id, removal, actor="test")
        uow.commit()
    assert erase_leftovers(office) == 0, "whoever removed it is at it"
    pass_time(office, monkeypatch, hours=2)
    assert erase_leftovers(office) == 1
    assert not office.blobs.exists(written.sha256)
    assert erase_waiting(office) == 0


def package(rehearsal: Rehearsal, document: ArchivedDocument, name: str) -> Path:
    make_package(rehearsal.office, name, [document.id], language="az")
    return rehearsal.office.settings.home / TRANSFERS / name


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_package_that_was_handed_over_goes_when_its_case_is_over(
    rehearsal: Rehearsal, written: ArchivedDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = rehearsal.office
    (case,) = rehearsal.rows(CaseRow, id=written.case_id)
    folder = package(rehearsal, written, case.number)
    unknown = package(rehearsal, written, f"N-{uuid4().hex[:6]}")
    with office.unit_of_work() as uow:
        uow.update(CaseRow, {"id": case.id}, ended_at=None, status="running")
        uow.commit()
    assert sweep_transfers(office) == []
    with office.unit_of_work() as uow:
        uow.update(CaseRow, {"id": case.id}, ended_at=uow.now - timedelta(days=1), status="completed")
        uow.commit()
    assert sweep_transfers(office) == [], "it can still be fetched"
    pass_time(office, monkeypatch, days=office.settings.export_days)
    assert sweep_transfers(office) == [case.number]
    assert not folder.exists()
    archivist, head = rehearsal.person("archivist"), rehearsal.person("head")
    quarantine_document(
        office, QuarantineDocument(by=archivist, document_id=written.id, second=head, ground="Siyahı, b. 3")
    )
    assert sweep_transfers(office) == [unknown.name], "what was locked away lies in no folder"
    shutil.rmtree(unknown, ignore_errors=True)
