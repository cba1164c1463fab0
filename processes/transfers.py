"""Packages to be handed over to another archive: made once, kept until they are fetched."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import UUID

import sqlalchemy as sa

from archive.errors import ArchiveError
from archive.packages import PackageShape, packaged_documents, write_container
from archive.packages.folder import digest_of
from processes.archivists import require_archivist
from processes.errors import NotFound
from processes.office import Office
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.export_documents import (
    ExportDocuments,
    chosen,
    export_documents,
    note_exported,
    write_package,
)

TRANSFERS = "transfers"
"""the folder of the office's data that holds them"""
CONTAINER = ".zip"
"""how a package for a receiver outside ends"""
SUMS = "tagmanifest-sha256.txt"
"""of a BagIt package: it names the hash of every file that names hashes, so its own stands for all"""


def make_package(office: Office, name: str, documents: Sequence[UUID], *, language: str) -> dict[str, str]:
    """Write a BagIt package; one that is there already is whole and stays. Its name, and the hash that is all of it."""
    target = office.settings.home / TRANSFERS / name
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        for _ in export_documents(office, ExportDocuments(target=target, documents=documents, language=language)):
            pass
    return {"name": name, "sha256": hashlib.sha256((target / SUMS).read_bytes()).hexdigest()}


def make_container(
    office: Office, name: str, documents: Sequence[UUID], *, language: str, shape: PackageShape
) -> dict[str, str]:
    """The same for a receiver outside: one ZIP of the package, whose own SHA-256 they sign for."""
    folder = office.settings.home / TRANSFERS
    folder.mkdir(exist_ok=True)
    target = folder / f"{name}{CONTAINER}"
    if not target.exists():
        with TemporaryDirectory(dir=folder, prefix=".") as made:
            request = ExportDocuments(target=Path(made) / name, shape=shape, documents=documents, language=language)
            found = chosen(office, request)
            for _ in write_package(office, request, found):
                pass
            packed = Path(made) / target.name
            write_container(request.target, packed, made_at=office.clock().replace(microsecond=0), top=name)
            with packed.open("rb") as file:
                os.fsync(file.fileno())
            with office.unit_of_work() as uow:
                note_exported(uow, request, found)
                uow.commit()
            packed.rename(target)
    return {"name": target.name, "sha256": digest_of(target)}


def open_transfer(office: Office, case_id: UUID, by: UUID) -> tuple[str, BinaryIO]:
    """The package for a receiver outside, open, and what it is called; each download stands on the audit trail.

    :raises NotPermitted: no archivist of this body
    :raises NotFound: none was made, or it is swept
    """
    with office.unit_of_work() as uow:
        case = uow.session.get(CaseRow, case_id)
        if case is None:
            raise NotFound("no such case")
        require_archivist(uow, by, case.body_id)
        path = container_of(office, case.number)
        try:
            file = path.open("rb")
        except FileNotFoundError as error:
            raise NotFound("no package") from error
        uow.audit.record("archive:transfer:download", actor=str(by), subject=path.name, stream=str(case.id))
        uow.commit()
    return path.name, file


def container_of(office: Office, number: str) -> Path:
    """Where the package of a case for a receiver outside is, or would be."""
    return office.settings.home / TRANSFERS / f"{number}{CONTAINER}"


def sweep_transfers(office: Office) -> list[str]:
    """Remove packages whose case ended some days ago, and those with a document that was locked away; their names.

    What was handed over has left this archive: a copy in a folder would be one that nobody keeps or disposes of.
    """
    folder = office.settings.home / TRANSFERS
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        return []
    with office.reading() as uow:
        over = [each for each in found if _is_over(uow, each, timedelta(days=office.settings.export_days))]
    for each in over:
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
    return [each.name for each in over]


def _is_over(uow: UnitOfWork, package: Path, days: timedelta) -> bool:
    number = package.name.removesuffix(CONTAINER)
    cases = uow.session.execute(sa.select(CaseRow.id, CaseRow.ended_at).where(CaseRow.number == number)).all()
    # a folder that no case names is one that is being written
    if cases and all(ended_at is not None and ended_at + days <= uow.now for _, ended_at in cases):
        return True
    listed = [each for case_id, _ in cases for each in uow.archive.review_lists.documents(case_id)]
    packaged = uow.archive.documents(_packaged(package)) if package.is_dir() else listed
    return any(document.quarantined for document in packaged)


def _packaged(package: Path) -> list[UUID]:
    try:
        return [UUID(told["id"]) for told, _ in packaged_documents(package)]
    except ArchiveError:
        return []  # it is being written
