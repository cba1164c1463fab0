"""Jobs over documents already in the archive: levels are raised, then the whole is judged and the verdict kept.

Nothing of the signed bytes changes: each earlier revision is the beginning of the next one. An outage of an authority
leaves the document where it is; it is tried again, at longer and longer intervals, and told as an incident.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa
import structlog

from archive.documents import GONE
from archive.service import ArchivedDocument
from processes.incidents import Failure, close_incidents, note_incident, subject_of
from processes.office import Office
from processes.signature_policy import level_for
from processes.tables import DocumentLevelRow
from processes.trust import trust_store
from processes.unit_of_work import UnitOfWork
from signing.errors import (
    CertificateRevoked,
    DocumentUnusable,
    GracePeriod,
    LevelNotOffered,
    NotSignable,
    RevocationUnavailable,
    TimestampFailed,
)
from signing.request import SignatureLevel
from signing.service import SignedDocument, ValidationReport, Verdict, document_state, renewal_due

AT_ONCE = 200
"""documents of one round"""
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 1440))
"""until the next try, by how often it has failed in a row"""
PATIENT_TRIES = 3
"""failures in a row after which somebody is told"""
JOB = "raise_level"
FOREIGN = "origin"
"""the property of a document that was not made here: where it came from"""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Raised:
    """How far a document came in one try."""

    pdf: bytes = field(repr=False)
    level: SignatureLevel | None
    """None: it cannot be read"""
    outstanding: bool = False
    cause: str | None = None
    again: bool = False
    """the cause may pass by itself"""
    not_before: datetime | None = None
    """by policy it is too early; None: a failure, if there is a cause"""


def validate_document(office: Office, document_id: UUID) -> str:
    """Raise a newly archived document as far as it goes, validate it in full and keep the verdict; the verdict.

    What others signed is judged apart and never appended to: evidence records prove it from the day it came.
    """
    with office.reading() as uow:
        document = uow.archive.document(document_id)
    if FOREIGN in document.properties:
        return "gone" if document.status in GONE else str(_judged_foreign(office, document))
    return str(_tended(office, document_id, judge=True)[1])


def _judged_foreign(office: Office, document: ArchivedDocument) -> Verdict:
    with office.reading() as uow:
        content = uow.archive.fetch(document.id, quarantined=True)
    kind = document.media_type
    report = office.validator.validate_any(content, trust_store(office), at=office.clock(), media_type=kind)
    with office.unit_of_work() as uow:
        level = str(report.level) if report.level else None
        verdict, told = str(report.verdict), report.as_json()
        uow.archive.record_validation(document.id, verdict=verdict, level=level, actor="system", report=told)
        uow.commit()
    return report.verdict


def raise_document_level(office: Office, document_id: UUID) -> str:
    """Raise a document further, or renew its archive timestamp when that is due; the level it has now."""
    return str(_tended(office, document_id, judge=False)[0])


def raise_waiting(office: Office) -> int:
    """A job for every document whose next try, or whose renewal, is due; how many. Asked each minute."""
    with office.unit_of_work() as uow:
        due = sa.or_(DocumentLevelRow.next_try_at <= uow.now, DocumentLevelRow.renew_at <= uow.now)
        rows = list(uow.session.execute(sa.select(DocumentLevelRow).where(due).limit(AT_ONCE)).scalars())
        for row in rows:
            moment = row.next_try_at or row.renew_at
            office.enqueue(uow.session, JOB, (str(row.document_id),), f"raise:{row.document_id}:{moment:%Y%m%d%H%M%S}")
        uow.commit()
    return len(rows)


def _tended(office: Office, document_id: UUID, *, judge: bool) -> tuple[SignatureLevel | None, Verdict | None]:
    with office.reading() as uow:
        pdf = uow.archive.fetch(document_id)
        row = uow.session.get(DocumentLevelRow, document_id)
        renew = row is not None and row.renew_at is not None and row.renew_at <= uow.now
        wanted = level_for(office, uow, document_id)
    raised = _raised(office, pdf, wanted, renew=renew)
    report: ValidationReport | None = None
    if judge or raised.pdf != pdf:
        raised, report = _judged(office, pdf, raised)
    blob = office.blobs.put(raised.pdf) if raised.pdf != pdf else None
    with office.unit_of_work() as uow:
        if blob is not None:
            reason = "renewal" if renew else "level"
            uow.archive.add_revision(document_id, blob, level=raised.level, reason=reason, actor="system")
        if report is not None:
            level = str(report.level) if report.level else None
            uow.archive.record_validation(document_id, verdict=str(report.verdict), level=level, actor="system")
        tries = _note(office, uow, document_id, raised)
        if raised.cause is None:
            close_incidents(uow, [subject_of(JOB, (str(document_id),))], "succeeded")
        uow.commit()
    if raised.cause is not None and raised.not_before is None:
        _tell(office, document_id, raised, tries)
    return raised.level, report.verdict if report else None


def _raised(office: Office, pdf: bytes, wanted: SignatureLevel, *, renew: bool) -> _Raised:
    """As far as it goes today: nothing is appended while somebody has yet to sign."""
    try:
        state = document_state(pdf, grace=office.key_stores.policy.grace)
    except DocumentUnusable as error:
        return _Raised(pdf, None, cause=str(error))
    if state.outstanding:
        return _Raised(pdf, state.level, outstanding=True)
    if renew and state.level is SignatureLevel.B_LTA:
        return _tried(_Raised(pdf, state.level), office.signing.renew)
    return _climbed(office, _Raised(pdf, state.level), wanted)


def _climbed(office: Office, start: _Raised, wanted: SignatureLevel) -> _Raised:
    """At the wanted level, or at the highest one that the authorities which answer suffice for."""
    best = start
    for level in reversed(SignatureLevel):
        if start.level is not None and start.level.rank < level.rank <= wanted.rank:
            tried = _tried(start, partial(office.signing.raise_level, level=level))
            if tried.cause is None:
                return replace(tried, cause=best.cause, again=best.again, not_before=best.not_before)
            # what kept it from the highest level is what is told
            best = best if best.cause else tried
    return best


def _tried(now: _Raised, step: Callable[[bytes], SignedDocument]) -> _Raised:
    """A step further, or why not. Revoked stays revoked; anything else may pass, and trust may be given later."""
    try:
        document = step(now.pdf)
    except GracePeriod as error:
        return replace(now, cause=str(error), again=True, not_before=error.until)
    except CertificateRevoked as error:
        return replace(now, cause=str(error))
    except (TimestampFailed, RevocationUnavailable, NotSignable, LevelNotOffered) as error:
        return replace(now, cause=str(error), again=True)
    return _Raised(document.pdf, document.level)


def _judged(office: Office, pdf: bytes, raised: _Raised) -> tuple[_Raised, ValidationReport]:
    """The report on what was reached; what would make a document worse is not kept."""
    trust = trust_store(office)
    report = office.signing.validate(raised.pdf, trust, at=office.clock())
    if raised.pdf == pdf or report.verdict is Verdict.TOTAL_PASSED:
        return raised, report
    before = office.signing.validate(pdf, trust, at=office.clock())
    if before.verdict is not Verdict.TOTAL_PASSED:
        return raised, report
    told = "; ".join(report.findings) or str(report.verdict)
    return _Raised(pdf, before.level, cause=f"raised, it would not pass: {told}", again=True), before


def _note(office: Office, uow: UnitOfWork, document_id: UUID, raised: _Raised) -> int:
    """Keep what the document waits for; how often in a row it has failed."""
    row = uow.session.get(DocumentLevelRow, document_id) or DocumentLevelRow(document_id=document_id, tries=0)
    row.tries = row.tries + 1 if raised.cause and raised.not_before is None else 0
    row.outstanding, row.cause = raised.outstanding, raised.cause
    wait = BACK_OFF[min(row.tries, len(BACK_OFF)) - 1]
    row.next_try_at = (raised.not_before or uow.now + wait) if raised.again else None
    due = renewal_due(raised.pdf) if raised.level is SignatureLevel.B_LTA else None
    row.proof_ends_at = due.ends_at if due else None
    row.renew_at = _renewal(uow.now, due.ends_at, office.settings.renew_days) if due else None
    uow.session.add(row)
    return row.tries


def _renewal(now: datetime, ends_at: datetime, days: int) -> datetime:
    """So many days before the end; an authority whose certificate ends sooner is asked again half-way."""
    planned = ends_at - timedelta(days=days)
    return planned if planned > now else max(now + (ends_at - now) / 2, now + timedelta(days=1))


def _tell(office: Office, document_id: UUID, raised: _Raised, tries: int) -> None:
    """What failed; a failure that lasts, or does not pass by itself, becomes an incident."""
    cause, arguments = raised.cause or "", (str(document_id),)
    log.warning("level not raised", document=str(document_id), level=str(raised.level), reason=cause)
    if tries >= PATIENT_TRIES or not raised.again:
        subject = subject_of(JOB, arguments)
        note_incident(office, Failure(kind="job", subject=subject, cause=cause, job=JOB, arguments=arguments))
