"""Take documents in that another archive gave out as a package: checked whole first, then with their history."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from archive.access import check_access
from archive.blobs import reference_to
from archive.documents import GONE, Restriction
from archive.errors import AccessionConflict, ArchiveError, PackageRefused, StateSecretRefused
from archive.packages import PackageFault, PackageRule, Told, check_package, nobody, opened, packaged_documents, proofs
from archive.service import Accession
from processes.authorization import COMMAND_LINE
from processes.errors import EntryRefused
from processes.office import Office
from processes.organisation import Body, body_by_code
from processes.progress import Expect, nobody_waits
from processes.signed_documents import FOREIGN
from processes.trust import trust_store
from signing.evidence_validation import EvidenceTrust, hashes_of, validate_evidence
from signing.report import Verdict

_BROKEN: Mapping[type[ArchiveError], PackageRule] = {
    StateSecretRefused: PackageRule.STATE_SECRET,
    AccessionConflict: PackageRule.CONFLICT,
}
"""what a document that cannot be taken breaks; otherwise it is what it says of its access"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPackage:
    """A package, a folder or one file, for the body with this code."""

    package: Path
    body: str
    by: UUID | None = None
    """who hands it in at a page; None: the operator of the machine"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedDocument:
    """What became of one document of a package."""

    number: str
    file: str
    state: str
    """taken, kept (it was there already) or gone (it was disposed of here, and stays so)"""


class PackageBroken(EntryRefused):
    """The package is not as it was made; nothing of it was taken."""

    def __init__(self, findings: Sequence[PackageFault]) -> None:
        super().__init__("package", "; ".join(map(str, findings[:10])))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arriving:
    """A document as its package describes it, checked; its bytes are in the file."""

    accession: Accession
    file: Path
    told: Mapping[str, Any]


def import_package(
    office: Office, request: ImportPackage, expect: Expect = nobody_waits, checked: Told = nobody
) -> Iterator[ImportedDocument]:
    """Take each document in under the id it had, so that a package taken twice changes nothing.

    Nothing is taken before everything in the package is checked; each document is then taken whole or not at all, and
    the same command goes on after a kill.

    :param expect: hears how many documents there are, once everything is checked
    :param checked: hears how many files are checked, of how many
    :raises EntryRefused: no body with that code
    :raises PackageBroken: a file is missing, changed or was added, or evidence does not fit
    :raises archive.errors.PackageRefused: no package, a hostile one, a description that says other than its file, or
        another document has that id here
    """
    with office.reading() as uow:
        owner = body_by_code(uow.session, request.body)
    if owner is None:
        raise EntryRefused("body", "unknown")
    totals: Counter[str] = Counter()
    actor = str(request.by) if request.by else COMMAND_LINE
    with opened(request.package) as folder:
        if findings := [*check_package(folder, checked), *_disproved(office, folder)]:
            raise PackageBroken(findings)
        documents = _arriving(office, owner, folder, request.package.name)
        expect(len(documents))
        for each in documents:
            state = _take_in(office, each, actor)
            totals[state] += 1
            yield ImportedDocument(number=each.accession.number, file=each.told["file"], state=state)
    with office.unit_of_work() as uow:
        details = {**totals, "package": request.package.name}
        uow.audit.record("archive:import", actor=actor, subject=str(owner.id), details=details)
        uow.commit()


def _disproved(office: Office, folder: Path) -> list[PackageFault]:
    """Evidence records of a container that prove something else than its files."""
    trust = EvidenceTrust(trust_store(office), office.clock())
    wrong: list[PackageFault] = []
    for record, files in proofs(folder):
        report = validate_evidence(record, hashes_of(*(each.read_bytes() for each in files)), trust)
        if report.verdict is Verdict.TOTAL_FAILED:
            wrong.append(PackageFault(PackageRule.EVIDENCE, detail=f"over {len(files)} files: {report.reason}"))
    return wrong


def _arriving(office: Office, owner: Body, folder: Path, package: str) -> Sequence[_Arriving]:
    """All documents of the package, or none: one description that cannot be taken refuses the package."""
    documents: list[_Arriving] = []
    for told, file in packaged_documents(folder):
        try:
            accession = _accession(owner, told, file, _origin(told, folder, package))
            check_access(accession.id, accession.access_level, accession.access_flags)
            _require_same(office, accession.id, {told["sha256"], *(each["sha256"] for each in told["revisions"])})
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            fault = PackageFault(PackageRule.DESCRIPTION, file.name, repr(error))
            raise PackageRefused(folder=package, fault=fault) from error
        except ArchiveError as error:
            fault = PackageFault(_BROKEN.get(type(error), PackageRule.ACCESS), file.name, str(error))
            raise PackageRefused(folder=package, fault=fault) from error
        documents.append(_Arriving(accession=accession, file=file, told=told))
    return documents


def _require_same(office: Office, document_id: UUID, theirs: AbstractSet[str]) -> None:
    """Revisions are added here and there: those of one document begin with the same.

    :raises AccessionConflict: another document has this id here
    """
    with office.reading() as uow:
        ours = [each.sha256 for each in uow.archive.revisions(document_id)]
    if ours and theirs.isdisjoint(ours):
        raise AccessionConflict(document_id=document_id, sha256=min(theirs), kept=ours[-1])


def _origin(told: Mapping[str, Any], folder: Path, package: str) -> dict[str, Any]:
    """What came with the document and is kept as it came: custody with its validation reports, evidence."""
    records = [(folder / name).read_bytes() for name in told.get("evidence", ())]
    evidence = [base64.b64encode(each).decode("ascii") for each in records]
    return {
        "package": package,
        "custody": told["custody"],
        "evidence": evidence,
    }


def _accession(owner: Body, told: Mapping[str, Any], file: Path, origin: Mapping[str, Any]) -> Accession:
    texts = ("number", "type", "title", "language", "media_type", "status", "access_level")
    wrong = [name for name in texts if not isinstance(told[name], str)]
    if wrong:
        raise ValueError(f"{wrong[0]} is no text")
    return Accession(
        id=UUID(told["id"]),
        owner=str(owner.id),
        blob=reference_to(file.read_bytes()),
        case_id=UUID(told["case_id"]) if told["case_id"] else None,
        **{name: told[name] for name in texts},
        **{name: told[name] for name in ("level", "access_ground")},
        access_flags=tuple(told["access_flags"]),
        access_until=date.fromisoformat(told["access_until"]) if told["access_until"] else None,
        access_terms={flag: Restriction.from_json(each) for flag, each in told["access_terms"].items()},
        signed_at=datetime.fromisoformat(told["signed_at"]) if told["signed_at"] else None,
        dated_on=date.fromisoformat(told["dated_on"]),
        signers=tuple({**each} for each in told["signers"]),
        properties={**told["properties"], FOREIGN: dict(origin)},
        text=told["title"],
    )


def _take_in(office: Office, each: _Arriving, actor: str) -> str:
    accession, told = each.accession, each.told
    with office.reading() as uow:
        if any(each.status in GONE for each in uow.archive.documents([accession.id])):
            return "gone"
        if uow.archive.exists(accession.id):
            return "kept"
    office.blobs.put(each.file.read_bytes())
    history = {"custody_head": told["custody_head"], "custody_seq": told["custody_seq"], "owner": told["owner"]}
    with office.unit_of_work() as uow:
        uow.archive.accession(accession, actor=actor)
        uow.archive.record_event(accession.id, "imported", actor, history)
        office.enqueue(uow.session, "validate_document", (str(accession.id),), f"validate:{accession.id}")
        uow.commit()
    return "taken"
