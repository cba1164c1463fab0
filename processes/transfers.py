"""Packages to be handed over to another archive: made once, kept until they are fetched."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from processes.office import Office
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
