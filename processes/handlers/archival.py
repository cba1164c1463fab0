"""The end of a case: is its chain complete, and the sealed dossier manifest that lists every document."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from archive.service import Classification
from engine.history import HistoryEvent
from processes.cases import documents_of, kept_of
from processes.closing import close_document
from processes.cosigning import complete_documents
from processes.documents import DocumentSection, HistoryLine, ManifestEntry
from processes.handlers import Job, Variables, service
from processes.office import Office
from processes.organisation import people_named
from processes.queries.engine_rows import completed_steps
from processes.sealing import SealRequest, file_sealed, seal
from processes.steps import last_fields
from processes.tables import CaseDocumentRow, PayloadRow, PersonRow, RegisterEntryRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.vocabulary import ACCESS_LEVELS
from processes.words import minute, word


def chain_gaps(uow: UnitOfWork, case_id: UUID) -> list[str]:
    """What is missing in the chain of a case: a completed step without record, a record without its document.

    Every document but the first must name an earlier one, so only the newest may be unnamed.
    """
    completed = completed_steps(uow.session, case_id)
    records = uow.session.execute(
        sa.select(StepRecordRow.work_item_id, StepRecordRow.document_id).where(StepRecordRow.case_id == case_id)
    )
    recorded = {row.work_item_id: row.document_id for row in records}
    documents = documents_of(uow.session, case_id)
    archived = {row.document_id for row in documents}
    gaps = [f"{element}: no record" for item, element in completed if item not in recorded]
    # a record without a document is of a task that asks for no signature
    gaps += [f"{element}: no document" for item, element in completed if recorded.get(item) not in {None, *archived}]
    gaps += [f"{row.number}: not in the archive" for row in documents if not uow.archive.exists(row.document_id)]
    return gaps


@service("archive.check_chain")
class CheckChain:
    """Is every step of the case recorded, signed and archived?"""

    def effect(self, office: Office, job: Job) -> Variables:
        """Seal what enough have signed, should its own job not have come to it yet: the manifest lists it sealed."""
        with office.reading() as uow:
            waiting = complete_documents(uow, job.case.id)
        for document_id in waiting:
            close_document(office, document_id)
        return {}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Say whether the chain is complete."""
        del office, effect
        gaps = chain_gaps(uow, job.case.id)
        return {"chain_complete": not gaps, "chain_gaps": "; ".join(gaps)}


@service("archive.manifest")
class SealManifest:
    """The dossier manifest: every document with {sha256, bytes}, the history; then the classification takes effect."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Seal the manifest."""
        with office.reading() as uow:
            request = _request(uow, job)
        return {"sealed": seal(office, request)}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """File it and classify everything the case left."""
        file_sealed(office, uow, job.case, job.call.task_id, effect["sealed"])
        chosen = last_fields(uow.session, job.case.id, "classify")
        uow.archive.classify(kept_of(uow, job.case.id), _classification(job, chosen), actor="system")
        uow.update(RegisterEntryRow, {"case_id": job.case.id}, prepared_for_archive=True)
        return {}


def _classification(job: Job, chosen: dict[str, Any]) -> Classification:
    return Classification(
        file_id=UUID(chosen["file_id"]) if chosen.get("file_id") else None,
        series_id=UUID(chosen["series_id"]),
        file_title=chosen.get("file_title") or f"{job.case.number} {job.case.subject}",
        retention_class=chosen["retention_class"],
        access_level=chosen["access_level"],
        access_ground=chosen.get("access_ground"),
        access_until=date.fromisoformat(chosen["access_until"]) if chosen.get("access_until") else None,
        note=chosen.get("note"),
        access_flags=tuple(chosen.get("access_flags") or ()),
    )


def _request(uow: UnitOfWork, job: Job) -> SealRequest:
    language = job.body.language
    documents = documents_of(uow.session, job.case.id)
    history = uow.engine.history(job.case.id)
    chosen = last_fields(uow.session, job.case.id, "classify")
    head = history[-1].sha256 if history else ""
    access = ACCESS_LEVELS.get(str(chosen.get("access_level")), {}).get(language, "")
    rows = (
        (word("number", language), job.case.number),
        (word("file", language), chosen.get("file_title") or job.case.subject),
        (word("retention", language), _retention(uow, chosen, language)),
        (word("access", language), access),
        (word("documents", language), str(len(documents))),
        (word("history-head", language), " ".join(head[start : start + 16] for start in range(0, len(head), 16))),
    )
    return SealRequest(
        case_id=job.case.id,
        step_id=job.call.task_id,
        element_id=job.call.element_id,
        kind="manifest",
        title=word("manifest-title", language),
        summary=word("manifest-summary", language),
        sections=(DocumentSection(title=word("classification", language), rows=rows),),
        facts={
            "documents": [_listed(row) for row in documents],
            "history": [_event(event) for event in history],
            "history_head": head,
            **_unsigned(uow, job.case.id),
        },
        paper={"entries": _entries(uow, job, documents), "history": _history_lines(uow, job, history)},
    )


def _unsigned(uow: UnitOfWork, case_id: UUID) -> dict[str, Any]:
    """The steps recorded without a document, with the digests of what was entered; no key when there are none."""
    rows = uow.session.execute(
        sa.select(StepRecordRow, PayloadRow.digest, PersonRow.name)
        .join(PayloadRow, PayloadRow.id == StepRecordRow.payload_id)
        .join(PersonRow, PersonRow.id == StepRecordRow.person_id)
        .where(StepRecordRow.case_id == case_id, StepRecordRow.document_id.is_(None))
        .order_by(StepRecordRow.accepted_at)
    ).all()
    told = [
        {
            "work_item": str(record.work_item_id),
            "element": record.element_id,
            "person": name,
            "capacity": record.capacity,
            "decision": record.decision,
            "accepted_at": record.accepted_at.isoformat(),
            "content": digest,
        }
        for record, digest, name in rows
    ]
    return {"unsigned_steps": told} if told else {}


def _retention(uow: UnitOfWork, chosen: dict[str, Any], language: str) -> str:
    for each in uow.archive.retention_classes():
        if each.code == chosen.get("retention_class"):
            return str(each.title[language])
    return ""


def _listed(row: CaseDocumentRow) -> dict[str, Any]:
    return {
        "document": str(row.document_id),
        "number": row.number,
        "element": row.element_id,
        "kind": row.kind,
        "sha256": row.sha256,
        "bytes": row.bytes,
        "at": row.at.isoformat(),
    }


def _event(event: HistoryEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "event": event.event,
        "process": event.definition_key,
        "element": event.element_id,
        "actor": event.actor,
        "payload_digest": event.payload_digest,
        "previous": event.previous,
        "sha256": event.sha256,
    }


def _entries(uow: UnitOfWork, job: Job, documents: list[CaseDocumentRow]) -> tuple[ManifestEntry, ...]:
    archived = {each.id: each for each in uow.archive.documents([row.document_id for row in documents])}
    return tuple(
        ManifestEntry(
            number=row.number,
            title=archived[row.document_id].title,
            sha256=row.sha256,
            bytes=row.bytes,
            signer=", ".join(str(signer["name"]) for signer in archived[row.document_id].signers),
            time=minute(job.body.local(row.at)),
        )
        for row in documents
        if row.document_id in archived
    )


SHOWN_EVENTS = frozenset({"instance.started", "element.completed", "item.exited", "timer.fired", "instance.ended"})
"""the events a reader of the manifest needs; step.json carries them all"""


def _history_lines(uow: UnitOfWork, job: Job, history: list[HistoryEvent]) -> tuple[HistoryLine, ...]:
    actors = {UUID(event.actor) for event in history if event.actor and _is_uuid(event.actor)}
    names = {str(identity): name for identity, name in people_named(uow.session, actors).items()}
    titles: dict[tuple[str, str], str] = {}
    lines = []
    for event in history:
        if event.event not in SHOWN_EVENTS:
            continue
        key = (event.definition_key, event.element_id or "")
        if key not in titles:
            element = uow.engine.definition(event.definition_key).package.elements.get(key[1])
            titles[key] = (element.titles.get(job.body.language) if element else None) or key[1]
        lines.append(
            HistoryLine(
                time=minute(job.body.local(event.at)),
                event=str(event.event),
                element=titles[key],
                actor=names.get(event.actor or "", event.actor or ""),
                digest=event.sha256,
            )
        )
    return tuple(lines)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
