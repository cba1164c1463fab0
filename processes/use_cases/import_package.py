"""Take documents in that another archive gave out as a BagIt folder: checked whole first, then with their history."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from archive.packages import check_bag, packaged_documents
from archive.service import Accession
from processes.authorization import COMMAND_LINE
from processes.errors import EntryRefused
from processes.office import Office
from processes.organisation import Body, body_by_code
from processes.signed_documents import FOREIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPackage:
    """A bag, for the body with this code."""

    folder: Path
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedDocument:
    """What became of one document of a package."""

    number: str
    file: str
    state: str
    """taken or kept (it was there already)"""


class PackageBroken(EntryRefused):
    """The package is not as it was made; nothing of it was taken."""

    def __init__(self, findings: list[str]) -> None:
        self.findings = findings
        super().__init__("package", "; ".join(findings[:10]))


def import_package(office: Office, request: ImportPackage) -> Iterator[ImportedDocument]:
    """Take each document in under the id it had, so that a package taken twice changes nothing.

    :raises EntryRefused: no body with that code
    :raises PackageBroken: a file is missing, changed or was added
    :raises archive.errors.PackageRefused: no such package, or a description that says other than its file
    :raises archive.errors.AccessionConflict: another document has that id here
    """
    with office.reading() as uow:
        owner = body_by_code(uow.session, request.body)
    if owner is None:
        raise EntryRefused("body", "unknown")
    if findings := check_bag(request.folder):
        raise PackageBroken(findings)
    totals: Counter[str] = Counter()
    for told, file in packaged_documents(request.folder):
        state = _take_in(office, owner, told, file)
        totals[state] += 1
        yield ImportedDocument(number=told["number"], file=told["file"], state=state)
    with office.unit_of_work() as uow:
        uow.audit.record(
            "archive:import",
            actor=COMMAND_LINE,
            subject=str(owner.id),
            details={**totals, "package": request.folder.name},
        )
        uow.commit()


def _take_in(office: Office, owner: Body, told: Mapping[str, Any], file: Path) -> str:
    document_id = UUID(told["id"])
    with office.reading() as uow:
        if uow.archive.exists(document_id):
            return "kept"
    blob = office.blobs.put(file.read_bytes())
    origin = {"package": file.parents[2].name, "custody": told["custody"]}
    history = {"custody_head": told["custody_head"], "custody_seq": told["custody_seq"], "owner": told["owner"]}
    with office.unit_of_work() as uow:
        uow.archive.accession(
            Accession(
                id=document_id,
                owner=str(owner.id),
                blob=blob,
                case_id=UUID(told["case_id"]) if told["case_id"] else None,
                **{name: told[name] for name in ("number", "type", "title", "language", "media_type", "status")},
                **{name: told[name] for name in ("level", "access_level", "access_ground")},
                access_flags=tuple(told["access_flags"]),
                signed_at=datetime.fromisoformat(told["signed_at"]) if told["signed_at"] else None,
                dated_on=date.fromisoformat(told["dated_on"]),
                signers=tuple(told["signers"]),
                properties={**told["properties"], FOREIGN: origin},
                text=told["title"],
            ),
            actor=COMMAND_LINE,
        )
        uow.archive.record_event(document_id, "imported", COMMAND_LINE, history)
        if told["media_type"] == "application/pdf":
            office.enqueue(uow.session, "validate_document", (str(document_id),), f"validate:{document_id}")
        uow.commit()
    return "taken"
