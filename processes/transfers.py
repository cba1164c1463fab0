"""Packages to be handed over to another archive: made once, kept until they are fetched."""

import hashlib
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from archive.errors import ArchiveError
from archive.packages import packaged_documents
from processes.office import Office
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.export_documents import ExportDocuments, export_documents

TRANSFERS = "transfers"
"""the folder of the office's data that holds them"""
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


def sweep_transfers(office: Office) -> list[str]:
    """Remove packages whose case ended some days ago, and those with a document that was locked away; their names.

    What was handed over has left this archive: a copy in a folder would be one that nobody keeps or disposes of.
    """
    folder = office.settings.home / TRANSFERS
    found = sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    if not found:
        return []
    with office.reading() as uow:
        over = [each for each in found if _is_over(uow, each, timedelta(days=office.settings.export_days))]
    for each in over:
        shutil.rmtree(each, ignore_errors=True)
    return [each.name for each in over]


def _is_over(uow: UnitOfWork, package: Path, days: timedelta) -> bool:
    ends = uow.session.scalars(sa.select(CaseRow.ended_at).where(CaseRow.number == package.name)).all()
    # a folder that no case names is one that is being written
    if ends and all(end is not None and end + days <= uow.now for end in ends):
        return True
    return any(document.quarantined for document in uow.archive.documents(_packaged(package)))


def _packaged(package: Path) -> list[UUID]:
    try:
        return [UUID(told["id"]) for told, _ in packaged_documents(package)]
    except ArchiveError:
        return []  # it is being written
