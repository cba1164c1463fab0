"""Packages that people ask for on the pages: made by a job, kept in the home for some days, given to whoever asked.

A package lies in a folder of its own, `exports/<id>` in the home. What a killed job left there is written anew; that
the documents went out is noted in the transaction that makes the package ready, so it is noted once.
"""

import errno
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from archive.packages import PackageShape, write_container
from archive.service import ArchivedDocument
from processes.access import readable
from processes.errors import ExportRefused, NotFound
from processes.office import Office
from processes.tables import ExportRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.export_documents import ExportDocuments, chosen, is_there, note_exported, write_package
from signing.errors import TimestampFailed

JOB = "make_export"
MOST_BYTES = 2 * 2**30
"""of all documents of a package; more go out at the command line"""
STEP = 10
"""documents between two notes of how far it is"""
OVER = "over"


def exports_folder(office: Office) -> Path:
    """Where the packages are, readable by the office's account only."""
    folder = office.settings.home / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def packed(request: ExportDocuments) -> Path:
    """The one file a package becomes: an ASiC-E is one, a folder becomes a ZIP beside its place."""
    return request.target if request.shape.is_file else request.target.with_name(f"{request.target.name}.zip")


def write_packed(
    office: Office, request: ExportDocuments, documents: Sequence[ArchivedDocument]
) -> Iterator[ArchivedDocument]:
    """Write `packed(request)`; yields each document as it is written.

    :raises ExportRefused: the documents are too large together, or the time-stamping authority does not answer
    """
    if sum(document.bytes for document in documents) > MOST_BYTES:
        raise ExportRefused("too-large", most=MOST_BYTES)
    try:
        yield from write_package(office, request, documents)
    except TimestampFailed as error:
        raise ExportRefused("timestamp") from error
    if not request.shape.is_file:
        made_at = office.clock().replace(microsecond=0)
        write_container(request.target, packed(request), made_at=made_at, top=request.target.name)
        shutil.rmtree(request.target)


def make_export(office: Office, export_id: UUID) -> str:
    """The job: choose anew what the person who asked may read by now, write it, make it ready; what became of it."""
    with office.reading() as uow:
        row = uow.session.get(ExportRow, export_id)
    if row is None or row.state not in {"waiting", "failed"}:
        return OVER
    folder = exports_folder(office) / str(export_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        return _make(office, row, folder)
    except (ExportRefused, NotFound) as error:
        _failed(office, row, folder, error.reason if isinstance(error, ExportRefused) else "nothing")
    except Exception as error:
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        _failed(office, row, folder, "no-space" if full else "crash")
        raise
    return "failed"


def request_of(office: Office, row: ExportRow) -> ExportDocuments:
    """What the job writes, and where."""
    shape = PackageShape(row.shape)
    name = f"export-{row.asked_at:%Y-%m-%d}-{row.id.hex[:8]}"
    return ExportDocuments(
        target=exports_folder(office) / str(row.id) / (f"{name}.asice" if shape.is_file else name),
        shape=shape,
        documents=[UUID(each) for each in row.documents],
        language=row.language,
        by=row.by,
    )


def intact(uow: UnitOfWork, row: ExportRow, *, by: UUID | None = None) -> bool:
    """Whether everything in a package may still be out: nothing destroyed, locked away, or out of this person's reach.

    :param by: None: whoever it is
    """
    found = [each for each in uow.archive.documents([UUID(each) for each in row.documents]) if is_there(each)]
    allowed = found if by is None else readable(uow, by, found)
    return len(allowed) == len(row.documents)


def sweep_exports(office: Office) -> None:
    """Remove packages whose time is over, and those with a document that was destroyed or locked away since."""
    # the folders first: one that appears meanwhile has a row
    folders = list(exports_folder(office).iterdir())
    with office.unit_of_work() as uow:
        uow.session.execute(sa.delete(ExportRow).where(ExportRow.ends_at <= uow.now))
        rows = uow.session.scalars(sa.select(ExportRow)).all()
        for row in rows:
            if row.state == "ready" and not intact(uow, row):
                row.state = "withdrawn"
        kept = {str(row.id) for row in rows if row.state in {"waiting", "ready"}}
        uow.commit()
    for folder in folders:
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _make(office: Office, row: ExportRow, folder: Path) -> str:
    request = request_of(office, row)
    documents = chosen(office, request)
    for number, _ in enumerate(write_packed(office, request, documents), start=1):
        if number % STEP == 0 or number == len(documents):
            with office.unit_of_work() as uow:
                uow.update(ExportRow, {"id": row.id}, done=number)
                uow.commit()
    with office.unit_of_work() as uow:
        ready = {
            "state": "ready",
            "reason": None,
            "documents": [str(each.id) for each in documents],
            "bytes": packed(request).stat().st_size,
            "ends_at": uow.now + timedelta(days=office.settings.export_days),
        }
        if not uow.update(ExportRow, {"id": row.id, "state": row.state}, **ready):
            # taken back meanwhile, or made by another run: nothing of this one goes out
            shutil.rmtree(folder, ignore_errors=True)
            return OVER
        note_exported(uow, request, documents)
        uow.commit()
    return "ready"


def _failed(office: Office, row: ExportRow, folder: Path, reason: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with office.unit_of_work() as uow:
        uow.update(ExportRow, {"id": row.id, "state": row.state}, state="failed", reason=reason, done=0)
        uow.commit()
