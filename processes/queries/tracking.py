"""What a citizen sees by a tracking code: the appeal's state, its papers, and until when the answer comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from archive.service import ArchivedDocument
from processes.appeals import tracking_hash
from processes.errors import NotFound
from processes.office import Office
from processes.organisation import bodies
from processes.queries.deadlines import DeadlineView, deadlines_of
from processes.queries.due import DueCounter
from processes.tables import AppealEventRow, AppealRow, BodyRow, CaseRow
from processes.unit_of_work import UnitOfWork
from processes.vocabulary import TOPICS

Titles = Mapping[str, str]
ENDED = frozenset({"answered", "not_considered", "forwarded", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackLine:
    """One thing that happened to an appeal."""

    event: str
    """registered, receipt, routed, resolution, extended, forwarded, copied, not_considered, answered, suspended,
    resumed, cancelled"""
    at: datetime
    facts: Mapping[str, Any]
    bodies: Sequence[Titles]
    """where it was forwarded to"""
    document_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedAppeal:
    """An appeal as its author may see it."""

    number: str
    kind: str
    topic: Titles
    status: str
    body: Titles
    time_zone: str
    received_at: datetime
    lines: Sequence[TrackLine]
    answer_due: DeadlineView | None
    passed: int
    """working days of the answer's term that have passed"""
    total: int
    answer_document_id: UUID | None
    overdue: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more will come here."""
        return self.status in ENDED


def track(office: Office, code: str) -> TrackedAppeal:
    """The appeal this code belongs to.

    :raises NotFound: there is none
    """
    with office.reading() as uow:
        appeal = _appeal(office, uow, code)
        case = uow.session.get_one(CaseRow, appeal.case_id)
        owner = uow.session.get_one(BodyRow, case.body_id)
        due = _answer_due(uow, case, owner)
        passed, total = _progress(uow, owner, due)
        return TrackedAppeal(
            number=case.number,
            kind=appeal.kind,
            topic=TOPICS.get(appeal.topic, TOPICS["other"]),
            status=appeal.status,
            body=owner.title,
            time_zone=owner.time_zone,
            received_at=appeal.received_at,
            lines=_lines(uow, appeal),
            answer_due=due,
            passed=passed,
            total=total,
            answer_document_id=appeal.answer_document_id,
            overdue=case.overdue_at is not None,
        )


def tracked_document(office: Office, code: str, document_id: UUID) -> tuple[ArchivedDocument, bytes]:
    """A paper that stands on the track of this code; `view_tracked` notes that it was seen.

    :raises NotFound: no such code, or no such paper on it
    """
    with office.reading() as uow:
        appeal = _appeal(office, uow, code)
        on_track = sa.select(AppealEventRow.id).where(
            AppealEventRow.case_id == appeal.case_id, AppealEventRow.document_id == document_id
        )
        found = uow.session.scalar(on_track.limit(1)) is not None and uow.archive.document(document_id)
        if not found or found.quarantined:
            raise NotFound("no such document on this track")
        return found, uow.archive.fetch(document_id)


def _appeal(office: Office, uow: UnitOfWork, code: str) -> AppealRow:
    row = uow.session.execute(
        sa.select(AppealRow).where(AppealRow.tracking_hash == tracking_hash(office, code))
    ).scalar()
    if row is None:
        raise NotFound("no appeal has this code")
    return row


def _lines(uow: UnitOfWork, appeal: AppealRow) -> list[TrackLine]:
    titles = {str(each.id): each.title for each in bodies(uow.session)}
    rows = uow.session.execute(
        sa.select(AppealEventRow).where(AppealEventRow.case_id == appeal.case_id).order_by(AppealEventRow.seq)
    ).scalars()
    return [
        TrackLine(
            event=row.event,
            at=row.at,
            facts=row.facts,
            bodies=[titles[each] for each in row.facts.get("bodies", ()) if each in titles],
            document_id=row.document_id,
        )
        for row in rows
    ]


def _answer_due(uow: UnitOfWork, case: CaseRow, owner: BodyRow) -> DeadlineView | None:
    answers = [each for each in deadlines_of(uow, case, owner) if each.name == "answer"]
    running = [each for each in answers if each.state in {"running", "suspended", "breached"} and each.ended_at is None]
    return max(running or answers, key=lambda each: each.due.at, default=None)


def _progress(uow: UnitOfWork, owner: BodyRow, due: DeadlineView | None) -> tuple[int, int]:
    if due is None:
        return 0, 0
    calendar = DueCounter(uow).calendar(owner.calendar)
    total = calendar.working_days_between(due.starts_on, due.due.on)
    return min(total, max(0, total - max(0, due.due.days_left))), total
