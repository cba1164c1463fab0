"""Checking evidence: each batch's tree and timestamp, and that every row it covers is still what was covered."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from archive.documents import GONE
from archive.errors import ArchiveError
from archive.evidence import HEADS, EvidenceBatch, EvidenceMember, EvidenceObject, ObjectKind
from archive.service import ArchivedDocument, FixityFinding, SearchQuery, Visibility
from processes.errors import NotFound
from processes.evidence_records import evidence_trust, judge
from processes.office import Office
from processes.progress import Progress, Tell
from processes.queries.covered_rows import late_revisions, rows_of
from processes.unit_of_work import UnitOfWork
from signing.evidence_validation import EvidenceTrust, Hashes, hashes_of
from signing.hash_trees import grow
from signing.report import Verdict

SLICE = 1000
BACKDATED = timedelta(days=1)
"""a transaction may begin before a batch and end after it, but not for so long"""
OF_DOCUMENTS = frozenset({ObjectKind.DOCUMENT, ObjectKind.CUSTODY})
_WORDS: dict[str, str] = {
    ObjectKind.DOCUMENT: "its revision is another one than the one covered",
    ObjectKind.CUSTODY: "its chain of custody was written anew",
    ObjectKind.CASE: "the history of the case was written anew",
    ObjectKind.AUDIT: "the stream of the audit trail was written anew",
}
EVERYTHING = Visibility(owners=None, levels={}, cases=frozenset())


def check_batches(office: Office, tell: Tell | None = None) -> list[FixityFinding]:
    """What is wrong with any batch, or with what it covers."""
    findings: list[FixityFinding] = []
    number = 0
    while (checked := check_next_batch(office, number, tell)) is not None:
        number, found = checked
        findings += found
    return findings + check_uncovered(office)


def check_next_batch(office: Office, after: int, tell: Tell | None = None) -> tuple[int, list[FixityFinding]] | None:
    """The number of the next batch, and what is wrong with it or what it covers; None: it was the last."""
    with office.reading() as uow:
        batches = _stamped(uow)
        batch = next((one for one in batches if one.number > after), None)
        if batch is None:
            return None
        trust = evidence_trust(office)
        found = [*_tree(uow, batch), *_token(office, uow, batch, trust), *_rows(uow, batch, batches)]
    if tell is not None:
        stamped = f"{batch.stamped_at:%Y-%m-%d %H:%M}" if batch.stamped_at else ""
        note = f"batch {batch.number}: {batch.objects} objects, stamped {stamped} UTC, {len(found)} findings"
        tell(Progress(done=batches.index(batch) + 1, total=len(batches), unit="batches", stage="verifying", note=note))
    return batch.number, found


def _stamped(uow: UnitOfWork) -> list[EvidenceBatch]:
    return [batch for batch in uow.archive.evidence.batches() if batch.token is not None]


def _tree(uow: UnitOfWork, batch: EvidenceBatch) -> Iterator[FixityFinding]:
    """What is listed grows into the tree that is kept."""
    leaves = uow.archive.evidence.leaves(batch.number)
    tree = grow(batch.algorithm, leaves) if leaves else None
    kept = [uow.archive.evidence.level(batch.number, level) for level in range(len(tree.levels) if tree else 1)]
    if tree is None or list(tree.levels) != kept:
        yield _finding(batch, "evidence_changed", "what it lists is not what its hash tree was grown over")


def _token(office: Office, uow: UnitOfWork, batch: EvidenceBatch, trust: EvidenceTrust) -> Iterator[FixityFinding]:
    """One record stands for all: they share the timestamp, and the tree is checked whole."""
    members = uow.archive.evidence.members(batch.number, after=None, limit=1)
    for member in members:
        try:
            report = judge(uow.archive.evidence, member.object, _hashes(office, uow, member.object), trust).report
        except ArchiveError as error:
            yield _finding(batch, "evidence_broken", str(error))
            continue
        if report is None or report.verdict is not Verdict.TOTAL_PASSED:
            why = f"{report.verdict}: {report.rule}: {report.reason}" if report else "it has no record"
            yield _finding(batch, "evidence_broken", why)


def _hashes(office: Office, uow: UnitOfWork, one: EvidenceObject) -> Hashes:
    if one.kind == ObjectKind.TOKEN:
        token = uow.archive.evidence.batch(int(one.subject)).token or b""
        return hashes_of(token)
    return lambda algorithm: [one.digest(algorithm, office.blobs.stream)]


def _rows(uow: UnitOfWork, batch: EvidenceBatch, batches: Sequence[EvidenceBatch]) -> Iterator[FixityFinding]:
    """Each row that it covers is there, is the same, and is not younger than it says."""
    if batch.renews:
        return  # the batches before it tell
    earlier = max((one.opened_at for one in batches if one.complete and one.number < batch.number), default=None)
    after: EvidenceObject | None = None
    while members := uow.archive.evidence.members(batch.number, after=after, limit=SLICE):
        after = members[-1].object
        yield from _Compared(uow, batch, members, earlier).findings()


class _Compared:
    """Some of what a batch covers, beside the rows of today."""

    def __init__(
        self, uow: UnitOfWork, batch: EvidenceBatch, members: Sequence[EvidenceMember], earlier: datetime | None
    ) -> None:
        self._batch = batch
        self._members = members
        self._earlier = earlier
        self._rows = rows_of(uow.session, members)
        ids = {UUID(each.object.subject) for each in members if each.object.kind in OF_DOCUMENTS}
        self._documents = {one.id: one for one in uow.archive.documents(sorted(ids))}

    def findings(self) -> Iterator[FixityFinding]:
        """What is gone, changed, or bears an earlier date than it can have."""
        for member in self._members:
            one = member.object
            if one.kind == ObjectKind.TOKEN:
                continue
            row = self._rows.get((one.kind, one.subject, one.number))
            if row is None:
                yield from self._gone(one)
            elif row.sha256 != one.sha256 or not self._leaf_is_right(member):
                yield self._told(one, "head_changed" if one.kind in HEADS else "row_changed", _WORDS[one.kind])
            elif row.created_at and self._earlier and row.created_at + BACKDATED < self._earlier:
                detail = f"revision {one.number} bears {row.created_at:%Y-%m-%d}, and no evidence made since knows it"
                yield self._told(one, "row_added", detail)

    def _gone(self, one: EvidenceObject) -> Iterator[FixityFinding]:
        document = self._documents.get(UUID(one.subject)) if one.kind in OF_DOCUMENTS else None
        if document is not None and document.status in GONE:
            return
        if one.kind == ObjectKind.DOCUMENT:
            kind = "revision_missing" if document else "document_missing"
            yield self._told(one, kind, f"revision {one.number} is not in the archive any more")
        elif document is not None or one.kind not in OF_DOCUMENTS:
            yield self._told(one, "head_changed", f"event {one.number} of its chain is gone")

    def _leaf_is_right(self, member: EvidenceMember) -> bool:
        """A document's by another algorithm than SHA-256 is checked when its own record is."""
        one = member.object
        if one.kind == ObjectKind.DOCUMENT and self._batch.algorithm != "sha256":
            return True
        return one.digest(self._batch.algorithm, lambda _: iter(())) == member.leaf

    def _told(self, one: EvidenceObject, kind: str, detail: str) -> FixityFinding:
        document_id = UUID(one.subject) if one.kind in OF_DOCUMENTS else None
        known = self._documents.get(document_id) if document_id else None
        number = known.number if known else one.subject
        told = f"{detail} (evidence of batch {self._batch.number})"
        sha256 = one.sha256 if one.kind == ObjectKind.DOCUMENT else None
        return FixityFinding(document_id=document_id, number=number, kind=kind, sha256=sha256, detail=told)


def check_uncovered(office: Office) -> list[FixityFinding]:
    """Revisions that say they are older than a batch which covered everything, and that no batch knows."""
    with office.reading() as uow:
        return _never_covered(uow, _stamped(uow))


def _never_covered(uow: UnitOfWork, batches: Sequence[EvidenceBatch]) -> list[FixityFinding]:
    newest = max((batch.opened_at for batch in batches if batch.complete), default=None)
    if newest is None:
        return []
    late = late_revisions(uow.session, newest - BACKDATED)
    known = {one.id: one.number for one in uow.archive.documents([document_id for document_id, _ in late])}
    return [
        FixityFinding(
            document_id=document_id,
            number=known.get(document_id, document_id.hex),
            kind="row_added",
            sha256=None,
            detail=f"revision {revision} says it is older than {newest:%Y-%m-%d}, and no evidence of that day knows it",
        )
        for document_id, revision in late
    ]


def _finding(batch: EvidenceBatch, kind: str, detail: str) -> FixityFinding:
    return FixityFinding(document_id=None, number=f"batch {batch.number}", kind=kind, sha256=None, detail=detail)


# one document


def check_documents(office: Office, numbers: Sequence[str], tell: Tell) -> list[FixityFinding]:
    """What is wrong with the evidence of the documents that have these numbers, judged over their bytes.

    :raises NotFound: no document has such a number
    """
    trust = evidence_trust(office)
    findings: list[FixityFinding] = []
    for place, number in enumerate(numbers, 1):
        with office.reading() as uow:
            documents = documents_numbered(uow, number)
            for document in documents:
                for told in _judged(uow, document, trust):
                    if isinstance(told, FixityFinding):
                        findings.append(told)
                    else:
                        tell(Progress(done=place, total=len(numbers), unit="numbers", stage="verifying", note=told))
    return findings


def documents_numbered(uow: UnitOfWork, number: str) -> Sequence[ArchivedDocument]:
    """The documents with this number.

    :raises NotFound: there is none
    """
    found = uow.archive.search(SearchQuery(number=number), EVERYTHING).documents
    if not found:
        raise NotFound(f"there is no document {number}")
    return found


def _judged(uow: UnitOfWork, document: ArchivedDocument, trust: EvidenceTrust) -> Iterator[FixityFinding | str]:
    """What is wrong with it, or how long it is proven, revision by revision."""
    evidence = uow.archive.evidence
    for revision in uow.archive.revisions(document.id):
        one = EvidenceObject(
            kind=ObjectKind.DOCUMENT, subject=document.id.hex, number=revision.revision, sha256=revision.sha256
        )
        content = uow.archive.fetch(document.id, revision.revision)
        report = judge(evidence, one, hashes_of(content), trust).report
        if report is None:
            yield f"{document.number}, revision {revision.revision}: no evidence yet"
        elif report.verdict is Verdict.TOTAL_PASSED:
            yield f"{document.number}, revision {revision.revision}: existed on {report.proven_at:%Y-%m-%d %H:%M} UTC"
        else:
            detail = f"revision {revision.revision}: {report.verdict}: {report.rule}: {report.reason}"
            yield FixityFinding(
                document_id=document.id,
                number=document.number,
                kind="evidence_broken",
                sha256=revision.sha256,
                detail=detail,
            )
