"""Making evidence: all revisions and heads of chains without any go into a batch; what holds a batch up is renewed.

A batch is collected in small transactions, then stamped and sealed in one more. Killed anywhere, the next run goes on
with the batch that is being collected; a timestamp that was asked for and not kept is asked for again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from archive.errors import BlobMissing
from archive.evidence import EvidenceBatch, EvidenceObject, ObjectKind
from processes.errors import OfficeBusy
from processes.evidence_records import newest_of, record_of, renewal_of, term_of, token_object
from processes.locks import open_locks
from processes.office import Office
from processes.queries.bare_heads import bare_cases, bare_streams
from processes.unit_of_work import UnitOfWork
from signing.evidence_renewal import Renewal, RenewalTerm
from signing.hash_trees import grow

LOCK = "evidence"
"""one process makes evidence at a time"""
SLICE = 2000
"""objects of one transaction while a batch is collected"""
LARGEST_BATCH = 250_000
"""objects; more go into further batches"""
STRONGER = "sha512"
"""for a hash tree that is renewed while the office still makes batches with the aging algorithm"""
JOB = "make_evidence"

Progress = Callable[[int], None]
"""called with the objects collected so far"""
Covered = tuple[EvidenceObject, bytes]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBatch:
    """A batch that was sealed."""

    number: int
    objects: int
    stamped_at: datetime
    algorithm: str
    renews: tuple[int, ...] = ()


def make_evidence(office: Office, progress: Progress | None = None) -> list[MadeBatch]:
    """Bring the archive's evidence up to date: finish what was begun, renew what ends soon, cover what is bare.

    Called again it does nothing, until something is new or due.

    :raises OfficeBusy: another process is at it
    :raises signing.errors.TimestampFailed: the authority did not answer; what was collected waits for the next run
    """
    with _alone(office):
        made = _finish_all(office, _collecting(office), progress)
        made += _renewed(office, progress)
        while batch := _begun(office):
            new = _finish_all(office, [batch], progress)
            made += new
            if not new or new[0].objects < LARGEST_BATCH:
                break
    return made


def renew_hash_trees(office: Office, algorithm: str, progress: Progress | None = None) -> list[MadeBatch]:
    """Renew the hash trees of all batches that are not of this algorithm, due or not.

    :raises OfficeBusy, signing.errors.TimestampFailed: as `make_evidence`
    """
    with _alone(office):
        made = _finish_all(office, _collecting(office), progress)
        old = [batch for batch in _holding(office) if batch.algorithm != algorithm]
        return made + _with_new_tree(office, old, algorithm, progress)


@contextmanager
def _alone(office: Office) -> Iterator[None]:
    locks = open_locks(office.settings)
    try:
        if not locks.take(LOCK):
            raise OfficeBusy("another process is making evidence")
        yield
    finally:
        locks.close()


def _collecting(office: Office) -> list[EvidenceBatch]:
    with office.reading() as uow:
        return uow.archive.evidence.collecting()


def _holding(office: Office) -> list[EvidenceBatch]:
    """The batches that still prove something by themselves."""
    with office.reading() as uow:
        batches = uow.archive.evidence.batches()
    return [batch for batch in batches if batch.token is not None and batch.superseded_by is None]


# what has no evidence


def _begun(office: Office) -> EvidenceBatch | None:
    """A new batch with its first objects; None: everything is covered."""
    first = next(_bare(office), None)
    if first is None:
        return None
    with office.unit_of_work() as uow:
        number = uow.archive.evidence.begin(office.settings.evidence_algorithm)
        uow.commit()
    with office.reading() as uow:
        return uow.archive.evidence.batch(number)


def _bare(office: Office) -> Iterator[Sequence[EvidenceObject]]:
    """Everything without evidence, in slices; each source is walked once, in the order of its key."""
    yield from _walk(office, _bare_revisions, None)
    yield from _walk(office, lambda uow, after: uow.archive.evidence.bare_custody(after, SLICE), 0)
    yield from _walk(office, _bare_cases, None)
    yield from _walk(office, _bare_streams, "")


def _walk(office: Office, part: Callable[[UnitOfWork, Any], tuple[list[EvidenceObject], Any]], after: Any) -> Any:
    while True:
        with office.reading() as uow:
            found, after = part(uow, after)
        if not found:
            return
        yield found


def _bare_revisions(uow: UnitOfWork, after: tuple[UUID, int] | None) -> tuple[list[EvidenceObject], Any]:
    found = uow.archive.evidence.bare_revisions(after, SLICE)
    return found, (UUID(found[-1].subject), found[-1].number) if found else after


def _bare_cases(uow: UnitOfWork, after: UUID | None) -> tuple[list[EvidenceObject], Any]:
    found = bare_cases(uow.session, after, SLICE)
    return [one for _, one in found], found[-1][0] if found else after


def _bare_streams(uow: UnitOfWork, after: str) -> tuple[list[EvidenceObject], Any]:
    found = bare_streams(uow.session, after, SLICE)
    return found, found[-1].subject if found else after


# collecting and sealing


def _finish_all(office: Office, batches: Iterable[EvidenceBatch], progress: Progress | None) -> list[MadeBatch]:
    return [made for batch in batches if (made := _finished(office, batch, progress)) is not None]


def _finished(office: Office, batch: EvidenceBatch, progress: Progress | None) -> MadeBatch | None:
    """Collect what is missing of a batch, then seal it; None: nothing of it can be read any more."""
    count = batch.objects
    if batch.renews:
        slices = _old_members(office, batch)
    elif count < LARGEST_BATCH:
        slices = (_leaves(office, batch, found) for found in _bare(office))
    else:
        slices = iter(())
    for covered in slices:
        with office.unit_of_work() as uow:
            uow.archive.evidence.cover(batch.number, covered)
            uow.commit()
        count += len(covered)
        if progress is not None:
            progress(count)
        if count >= LARGEST_BATCH and not batch.renews:
            break
    else:
        if not batch.renews:
            with office.unit_of_work() as uow:
                uow.archive.evidence.completed(batch.number)
                uow.commit()
    return _sealed(office, batch.number)


def _leaves(office: Office, batch: EvidenceBatch, found: Sequence[EvidenceObject]) -> list[Covered]:
    """A first batch covers an object by its own hash; what cannot be read is the audit's to tell."""
    covered = []
    for one in found:
        try:
            covered.append((one, one.digest(batch.algorithm, office.blobs.stream)))
        except BlobMissing as error:
            log.warning("no evidence for a missing blob", document=one.subject, reason=str(error))
    return covered


def _sealed(office: Office, number: int) -> MadeBatch | None:
    with office.reading() as uow:
        batch = uow.archive.evidence.batch(number)
        leaves = uow.archive.evidence.leaves(number)
    if not leaves:
        with office.unit_of_work() as uow:
            uow.archive.evidence.discard(number)
            uow.commit()
        return None
    tree = grow(batch.algorithm, leaves)
    token = office.signing.stamp(tree.root, batch.algorithm)
    with office.unit_of_work() as uow:
        uow.archive.evidence.seal(batch, tree.levels, token.der, stamped_at=token.proven_at)
        uow.commit()
    return MadeBatch(
        number=number,
        objects=batch.objects,
        stamped_at=token.proven_at,
        algorithm=batch.algorithm,
        renews=batch.renews,
    )


# renewal


def is_due(office: Office, batch: EvidenceBatch, term: RenewalTerm, at: datetime) -> bool:
    """So many days before the end; an authority whose certificate ends sooner than that is asked again half-way."""
    planned = term.until - timedelta(days=office.settings.renew_days)
    half_way = (batch.stamped_at or at) + (term.until - (batch.stamped_at or at)) / 2
    return at >= max(planned, half_way)


def _renewed(office: Office, progress: Progress | None) -> list[MadeBatch]:
    """Whatever is due: hash trees first, since they also do what a new timestamp would."""
    due: dict[Renewal, list[EvidenceBatch]] = {kind: [] for kind in Renewal}
    holding = _holding(office)
    with office.reading() as uow:
        for batch in holding:
            newest = newest_of(uow.archive.evidence, batch)
            term = term_of(office, newest)
            if term is not None and is_due(office, newest, term, uow.now):
                due[term.kind].append(batch)
    weak = {batch.algorithm for batch in due[Renewal.HASH_TREE]}
    usual = office.settings.evidence_algorithm
    made = _with_new_tree(office, due[Renewal.HASH_TREE], usual if usual not in weak else STRONGER, progress)
    return made + _with_new_timestamp(office, due[Renewal.TIMESTAMP])


def _with_new_timestamp(office: Office, due: Sequence[EvidenceBatch]) -> list[MadeBatch]:
    """One batch for each algorithm covers the newest tokens: a chain keeps to one (RFC 4998, 5.2)."""
    made = []
    for algorithm in sorted({batch.algorithm for batch in due}):
        tokens = _newest_tokens(office, [batch for batch in due if batch.algorithm == algorithm])
        if not tokens:
            continue
        with office.unit_of_work() as uow:
            number = uow.archive.evidence.begin(algorithm)
            for batch, token in tokens:
                uow.archive.evidence.keep_token(batch.number, token)
            uow.archive.evidence.cover(number, [token_object(batch, token) for batch, token in tokens])
            uow.commit()
        if (sealed := _sealed(office, number)) is not None:
            made.append(sealed)
    return made


def _newest_tokens(office: Office, batches: Sequence[EvidenceBatch]) -> list[tuple[EvidenceBatch, bytes]]:
    """Tokens that nothing renewed yet, with the newest revocation lists: something is about to hash them."""
    with office.reading() as uow:
        newest = [batch for batch in batches if renewal_of(uow.archive.evidence, batch) is None]
    return [(batch, office.signing.fill_token(batch.token)) for batch in newest if batch.token is not None]


def _with_new_tree(
    office: Office, old: Sequence[EvidenceBatch], algorithm: str, progress: Progress | None
) -> list[MadeBatch]:
    """One batch by the new algorithm covers every object of these, together with its older evidence."""
    if not old:
        return []
    tokens = _newest_tokens(office, old)
    with office.unit_of_work() as uow:
        for batch, token in tokens:
            uow.archive.evidence.keep_token(batch.number, token)
        number = uow.archive.evidence.begin(algorithm, [batch.number for batch in old])
        uow.commit()
    with office.reading() as uow:
        begun = uow.archive.evidence.batch(number)
    return _finish_all(office, [begun], progress)


def _old_members(office: Office, batch: EvidenceBatch) -> Iterator[list[Covered]]:
    """What the renewed batches cover and this one does not yet; the leaf binds the object to all its older evidence."""
    for old in batch.renews:
        after = None
        while True:
            with office.reading() as uow:
                evidence = uow.archive.evidence
                members = evidence.members(old, after=after, limit=SLICE)
                objects = [each.object for each in members if each.object.kind != ObjectKind.TOKEN]
                done = evidence.already_in(batch.number, objects)
                covered = [found for one in objects if one not in done and (found := _anew(office, uow, batch, one))]
            if not members:
                break
            after = members[-1].object
            if covered:
                yield covered


def _anew(office: Office, uow: UnitOfWork, batch: EvidenceBatch, one: EvidenceObject) -> Covered | None:
    """None: its bytes are destroyed, and with them what there was to prove."""
    try:
        digest = one.digest(batch.algorithm, office.blobs.stream)
    except BlobMissing as error:
        log.warning("no renewal for a missing blob", document=one.subject, reason=str(error))
        return None
    record = record_of(uow.archive.evidence, one)
    return (one, record.rehashed(batch.algorithm, [digest])[0]) if record is not None else None
