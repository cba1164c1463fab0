"""Carrying out what an approved act of disposal says: a document a transaction, then its bytes; repeated at will.

Killed at any point and called again, it goes on with the first document that is not done. A hold placed after the
approval wins: its document is withheld, and the certificate says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from archive.disposal import Removal
from archive.documents import DocumentStatus
from archive.errors import DocumentOnHold, RetentionNotOver
from archive.retention import RETAINED_UNTIL
from archive.review_lists import Decision, DisposalEntry, EntryState
from processes.erasing import erase_waiting
from processes.office import Office
from processes.purging import purge_case, purge_document
from processes.unit_of_work import UnitOfWork

SYSTEM = "system"
OPEN = EntryState.LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedAct:
    """An act that has all its signatures."""

    list_id: UUID
    """the case that decided"""
    number: str
    ground: str
    today: date
    """in the body's zone"""
    retain_until: date | None
    """until when what is retained is kept at least"""


def carry_out(office: Office, act: ApprovedAct) -> Iterator[DisposalEntry]:
    """Destroy and retain what the act says; yields each document as it is done. Transfers wait for their acceptance."""
    for entry in _waiting(office, act.list_id, Decision.DESTROY):
        removal = Removal(status=DocumentStatus.DESTROYED, ground=act.ground, act=act.number, over_on=act.today)
        yield _done(office, entry, partial(_remove, entry=entry, removal=removal, state=EntryState.DESTROYED))
    for entry in _waiting(office, act.list_id, Decision.RETAIN):
        yield _done(office, entry, partial(_retain, entry=entry, act=act))
    _erase(office, act.list_id)


def carry_out_transfer(office: Office, act: ApprovedAct) -> Iterator[DisposalEntry]:
    """The receiver has signed: what was handed over leaves this archive, but for its description."""
    for entry in _waiting(office, act.list_id, Decision.TRANSFER):
        removal = Removal(status=DocumentStatus.TRANSFERRED, ground=act.ground, act=act.number, over_on=None)
        yield _done(office, entry, partial(_remove, entry=entry, removal=removal, state=EntryState.TRANSFERRED))
    _erase(office, act.list_id)


def _erase(office: Office, list_id: UUID) -> None:
    """The blobs of the documents of a list that are gone."""
    with office.reading() as uow:
        ids = [entry.document_id for entry in uow.archive.review_lists.entries(list_id)]
    erase_waiting(office, ids)


def _waiting(office: Office, list_id: UUID, decision: Decision) -> list[DisposalEntry]:
    with office.reading() as uow:
        entries = uow.archive.review_lists.entries(list_id)
    return [entry for entry in entries if entry.decision == decision and entry.state == OPEN]


def _done(office: Office, entry: DisposalEntry, act: Callable[[UnitOfWork], None]) -> DisposalEntry:
    with office.unit_of_work() as uow:
        act(uow)
        uow.commit()
    with office.reading() as uow:
        found = uow.archive.review_lists.entries(entry.list_id)
    return next(each for each in found if each.document_id == entry.document_id)


def _remove(uow: UnitOfWork, entry: DisposalEntry, removal: Removal, state: EntryState) -> None:
    lists, disposal = uow.archive.review_lists, uow.archive.disposal
    try:
        gone = disposal.remove(entry.document_id, removal, actor=SYSTEM)
    except (DocumentOnHold, RetentionNotOver) as refused:
        grounds = refused.grounds if isinstance(refused, DocumentOnHold) else (refused.dispose_after,)
        lists.end(entry.list_id, entry.document_id, EntryState.WITHHELD, "; ".join(grounds))
        return
    files = purge_document(uow, gone.id, ground=removal.ground, actor=SYSTEM)
    if gone.case_id is not None:
        files += purge_case(uow, gone.case_id, ground=removal.ground, actor=SYSTEM)
    disposal.ask_erasure(gone.id, files)
    lists.end(entry.list_id, entry.document_id, state)
    uow.audit.record(
        f"archive:document:{removal.status}",
        actor=SYSTEM,
        subject=str(gone.id),
        stream=str(entry.list_id),
        details={"act": removal.act, "sha256": gone.sha256},
    )


def _retain(uow: UnitOfWork, entry: DisposalEntry, act: ApprovedAct) -> None:
    if act.retain_until is not None:
        uow.archive.record_retention_facts([entry.document_id], {RETAINED_UNTIL: act.retain_until}, actor=SYSTEM)
    uow.archive.review_lists.end(entry.list_id, entry.document_id, EntryState.RETAINED)
