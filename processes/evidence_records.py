"""Evidence records put together from batches, and judged (RFC 4998).

A record begins with the first batch that covers an object and goes on with whatever renewed it: batches that cover the
token (renewal by timestamp), and batches that cover the object anew (renewal by hash tree).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from archive.evidence import Evidence, EvidenceBatch, EvidenceMember, EvidenceObject, ObjectKind
from archive.packages import PackagedProof
from processes.office import Office
from processes.trust import trust_store
from processes.unit_of_work import UnitOfWork
from signing.evidence import ArchiveTimestamp, EvidenceRecord, archive_timestamp, hash_of_token
from signing.evidence_renewal import RenewalTerm, renewal_term
from signing.evidence_validation import EvidenceReport, EvidenceTrust, Hashes, validate_evidence
from signing.hash_trees import ReadNode, reduced, siblings


def record_of(evidence: Evidence, one: EvidenceObject) -> EvidenceRecord | None:
    """The evidence record of an object; None if no sealed batch covers it.

    :raises archive.errors.EvidenceMissing: the hash tree of a batch has a hole
    """
    return _record(evidence, evidence.lineage(one.kind, one.subject, one.number))


def record_until(evidence: Evidence, member: EvidenceMember) -> EvidenceRecord | None:
    """As `record_of`, with what came no later than the batch of this member."""
    one = member.object
    lineage = evidence.lineage(one.kind, one.subject, one.number)
    return _record(evidence, [each for each in lineage if each.batch <= member.batch])


def _record(evidence: Evidence, lineage: Sequence[EvidenceMember]) -> EvidenceRecord | None:
    chains = tuple(tuple(_chain(evidence, member)) for member in lineage)
    return EvidenceRecord(chains) if chains else None


def _chain(evidence: Evidence, member: EvidenceMember | None) -> Iterator[ArchiveTimestamp]:
    """The batch that covers it, and every batch that covers the token before."""
    while member is not None:
        batch = evidence.batch(member.batch)
        if batch.token is None:
            return
        place = evidence.place(batch, member.leaf)
        nodes = evidence.nodes(batch, siblings(batch.leaves, place))
        lists = reduced([member.leaf], batch.leaves, place, _reader(nodes))
        stamped = archive_timestamp(batch.algorithm, lists, batch.token)
        yield stamped
        member = renewal_of(evidence, batch)


def _reader(nodes: Mapping[tuple[int, int], bytes]) -> ReadNode:
    return lambda level, place: nodes[level, place]


def renewal_of(evidence: Evidence, batch: EvidenceBatch) -> EvidenceMember | None:
    """The batch's token as a member of the batch that renewed it."""
    return next(iter(evidence.lineage(ObjectKind.TOKEN, str(batch.number), 0)), None)


def newest_of(evidence: Evidence, batch: EvidenceBatch) -> EvidenceBatch:
    """The batch whose token holds this one up now."""
    while (renewed := renewal_of(evidence, batch)) is not None:
        batch = evidence.batch(renewed.batch)
    return batch


def token_object(batch: EvidenceBatch, token: bytes) -> tuple[EvidenceObject, bytes]:
    """A batch's token as what a later batch covers, and its leaf there."""
    leaf = hash_of_token(archive_timestamp(batch.algorithm, (), token))
    one = EvidenceObject(kind=ObjectKind.TOKEN, subject=str(batch.number), number=0, sha256=leaf.hex())
    return one, leaf


def term_of(office: Office, batch: EvidenceBatch) -> RenewalTerm | None:
    """Until when a batch's own token holds; None while it has none."""
    if batch.token is None:
        return None
    return renewal_term(archive_timestamp(batch.algorithm, (), batch.token), office.key_stores.policy.algorithms)


def packaged_proofs(uow: UnitOfWork, document_id: UUID) -> list[PackagedProof]:
    """The records that go out with a document: of its newest covered revision, and of its chain of custody."""
    evidence = uow.archive.evidence
    found = []
    for kind in (ObjectKind.DOCUMENT, ObjectKind.CUSTODY):
        one = evidence.newest_covered(kind, document_id.hex)
        record = record_of(evidence, one) if one else None
        if one is None or record is None:
            continue
        lengths = {each.revision: each.bytes for each in uow.archive.revisions(document_id)}
        whole = PackagedProof(kind=kind, number=one.number, record=record.der)
        if kind == ObjectKind.DOCUMENT:
            found.append(replace(whole, covered_bytes=lengths[one.number]))
        else:
            found.append(replace(whole, statement=one.statement()))
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """What the archive's evidence says of one object."""

    object: EvidenceObject
    report: EvidenceReport | None
    """None: nothing covers it yet"""

    @property
    def proven_at(self) -> datetime | None:
        """The object existed then."""
        return self.report.proven_at if self.report else None


def evidence_trust(office: Office) -> EvidenceTrust:
    """Whom the office believes about time, now."""
    return EvidenceTrust(trust_store(office), office.clock(), office.key_stores.policy.algorithms)


def judge(evidence: Evidence, one: EvidenceObject, hashes: Hashes, trust: EvidenceTrust) -> Judged:
    """Judge the record of an object about these hashes of it."""
    record = record_of(evidence, one)
    return Judged(one, validate_evidence(record.der, hashes, trust) if record is not None else None)
