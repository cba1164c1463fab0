"""Somebody has documents given out on the pages: one at once, a file or all that a search finds by a job."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from archive.packages import PackageShape
from archive.service import ArchivedDocument
from processes.access import readable
from processes.errors import ExportRefused, NotFound
from processes.exporting import JOB, MOST_BYTES, intact, packed, request_of, write_packed
from processes.office import Office
from processes.queries.archive_list import MOST_AT_ONCE, ArchiveFilter, found_documents
from processes.tables import ExportRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.export_documents import ExportDocuments, chosen, is_there, note_exported

__all__ = ["ExportOne", "PackageShape", "StartExport", "drop_export", "export_one", "open_export", "start_export"]

MOST_KEPT = 10
"""packages that one person has at a time"""
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOne:
    """One document as a package, at once."""

    document_id: UUID
    shape: PackageShape
    language: str
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StartExport:
    """A package of what a search finds, or of a file."""

    form_id: UUID
    """drawn with the page: sent twice in one format, it is one package"""
    shape: PackageShape
    language: str
    by: UUID
    wanted: ArchiveFilter | None = None
    file_id: UUID | None = None


def export_one(office: Office, request: ExportOne) -> tuple[str, BinaryIO]:
    """The package as one file, open, and what it is called; noted before it leaves.

    :raises NotFound: no such document, or not for this person
    :raises ExportRefused: too large, or the time-stamping authority does not answer
    """
    with office.reading() as uow:
        found = uow.archive.documents([request.document_id])
    name = (_UNSAFE.sub("-", found[0].number).strip("-") if found else "") or "document"
    with TemporaryDirectory(prefix="karguzar-") as folder:
        target = Path(folder) / (f"{name}.asice" if request.shape.is_file else name)
        wanted = ExportDocuments(
            target=target,
            shape=request.shape,
            documents=[request.document_id],
            language=request.language,
            by=request.by,
        )
        documents = chosen(office, wanted)
        for _ in write_packed(office, wanted, documents):
            pass
        file = packed(wanted).open("rb")  # read after the folder is gone
    with office.unit_of_work() as uow:
        note_exported(uow, wanted, documents)
        uow.commit()
    return packed(wanted).name, file


def start_export(office: Office, request: StartExport) -> UUID:
    """Have a job make it; whether the person may read each document is asked again when the job comes to it.

    :raises NotFound: nothing is found that this person may read
    :raises ExportRefused: too many documents, too large together, or too many packages of this person
    """
    export_id = uuid5(request.form_id, f"{request.by}:{request.shape}")
    try:
        _start(office, request, export_id)
    except IntegrityError:
        # sent twice at the very same moment: the other one of the two has begun it
        with office.reading() as uow:
            if uow.session.get(ExportRow, export_id) is None:
                raise
    return export_id


def _start(office: Office, request: StartExport, export_id: UUID) -> None:
    with office.unit_of_work() as uow:
        if uow.session.get(ExportRow, export_id) is not None:
            return
        documents = _asked_for(uow, request)
        _require_few(uow, request.by, documents)
        uow.insert(
            ExportRow,
            id=export_id,
            by=request.by,
            shape=str(request.shape),
            language=request.language,
            documents=[str(each.id) for each in documents],
            total=len(documents),
            done=0,
            state="waiting",
            asked_at=uow.now,
            ends_at=uow.now + timedelta(days=office.settings.export_days),
        )
        details = {"documents": len(documents), "format": str(request.shape)}
        uow.audit.record("archive:export:start", actor=str(request.by), subject=str(export_id), details=details)
        # taken back and asked for again it is another job: the row keeps it from being two at a time
        office.enqueue(uow.session, JOB, (str(export_id),), f"export:{export_id}:{uow.now:%Y%m%dT%H%M%S%f}")
        uow.commit()


def open_export(office: Office, export_id: UUID, by: UUID) -> tuple[str, BinaryIO]:
    """A package that is ready, open, and what it is called; each download stands on the audit trail.

    :raises NotFound: none, not ready, or somebody else's
    :raises ExportRefused: something in it was destroyed, locked away, or put out of this person's reach since
    """
    with office.unit_of_work() as uow:
        row = _own(uow, export_id, by)
        if row.state not in {"ready", "withdrawn"} or row.ends_at <= uow.now:
            raise NotFound("not ready")
        if row.state == "withdrawn" or not intact(uow, row, by=by):
            raise ExportRefused("withdrawn")
        path = packed(request_of(office, row))
        try:
            file = path.open("rb")
        except FileNotFoundError as error:
            raise NotFound("swept") from error
        uow.audit.record("archive:export:download", actor=str(by), subject=path.name)
        uow.commit()
    return path.name, file


def drop_export(office: Office, export_id: UUID, by: UUID) -> None:
    """Whoever asked needs it no more, or not at all; its bytes are swept within a minute.

    :raises NotFound: none, or somebody else's
    """
    with office.unit_of_work() as uow:
        uow.session.delete(_own(uow, export_id, by))
        uow.commit()


def _own(uow: UnitOfWork, export_id: UUID, by: UUID) -> ExportRow:
    row = uow.session.get(ExportRow, export_id)
    if row is None or row.by != by:
        raise NotFound("no such package")
    return row


def _asked_for(uow: UnitOfWork, request: StartExport) -> list[ArchivedDocument]:
    if request.wanted is not None:
        found = found_documents(uow, request.wanted, request.by)
    elif request.file_id is not None:
        found = readable(uow, request.by, uow.archive.file_documents(request.file_id))
    else:
        found = []
    if len(found) > MOST_AT_ONCE:
        raise ExportRefused("too-many", most=MOST_AT_ONCE)
    there = [each for each in found if is_there(each)]
    if not there:
        raise NotFound("no document is found")
    return there


def _require_few(uow: UnitOfWork, by: UUID, documents: list[ArchivedDocument]) -> None:
    if sum(each.bytes for each in documents) > MOST_BYTES:
        raise ExportRefused("too-large", most=MOST_BYTES)
    if (uow.session.scalar(sa.select(sa.func.count()).where(ExportRow.by == by)) or 0) >= MOST_KEPT:
        raise ExportRefused("too-many-kept", most=MOST_KEPT)
