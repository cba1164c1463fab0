"""Messages that could not be delivered: who sent them, why nobody has them, and which cases wait for such a one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.passing import EventState, SentEvent, ThrownKind
from engine.tables import InstanceRow, MessageWaitRow, ThrownEventRow
from processes.mandates import mandates_of
from processes.office import Office
from processes.operating import require_sender_mender
from processes.queries.definitions import Definitions
from processes.queries.incidents import MENDERS, MOST, supervised
from processes.queries.people import require_any_role
from processes.tables import BodyRow, CaseRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
STATES = tuple(state.value for state in EventState if state.incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """A case that waits for a message of this name."""

    id: UUID
    number: str
    subject: str
    language: str
    process: Titles
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredMessage:
    """A message that waits for somebody to see to it."""

    id: UUID
    name: str
    state: str
    """ambiguous, expired or failed"""
    cause: str
    thrown_at: datetime
    attempts: int
    case_id: UUID | None
    """the case that sent it; None: a person or a system outside did"""
    case_number: str | None
    subject: str | None
    language: str
    carries: Mapping[str, Any]


def undelivered(office: Office, by: UUID) -> Sequence[UndeliveredMessage]:
    """What nobody has got, the newest first: all for an administrator, for a supervisor what the own body and the
    bodies below have sent.

    :raises NotPermitted: neither
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, MENDERS, uow.now)
        rows = uow.session.execute(
            _messages()
            .where(ThrownEventRow.state.in_(STATES), _sent_below(uow, by))
            .order_by(ThrownEventRow.thrown_at.desc(), ThrownEventRow.id)
            .limit(MOST)
        ).all()
        return [_shown(*row) for row in rows]


def undelivered_message_page(
    office: Office, event_id: UUID, by: UUID
) -> tuple[UndeliveredMessage, Sequence[WaitingCase]] | None:
    """One of them and the cases it could be given to; None when it has been seen to.

    :raises NotPermitted: neither an administrator nor a supervisor of the body that sent it
    """
    with office.reading() as uow:
        event = uow.engine.event(event_id)
        if event is None or not event.state.incident:
            return None
        require_sender_mender(uow, event, by)
        row = uow.session.execute(_messages().where(ThrownEventRow.id == event_id)).one()
        return _shown(*row), _waiting(uow, event, by)


def _messages() -> sa.Select[ThrownEventRow, CaseRow, BodyRow]:
    return (
        sa.select(ThrownEventRow, CaseRow, BodyRow)
        .outerjoin(CaseRow, CaseRow.id == ThrownEventRow.instance_id)
        .outerjoin(BodyRow, BodyRow.id == CaseRow.body_id)
    )


def _everything(uow: UnitOfWork, by: UUID) -> bool:
    return any(mandate.role == "administrator" for mandate in mandates_of(uow.session, by, uow.now))


def _sent_below(uow: UnitOfWork, by: UUID) -> sa.ColumnElement[bool]:
    if _everything(uow, by):
        return sa.true()
    bodies = supervised(uow, by)
    return sa.or_(CaseRow.body_id.in_(bodies), ThrownEventRow.scope.in_(map(str, bodies)))


def _shown(row: ThrownEventRow, case: CaseRow | None, body: BodyRow | None) -> UndeliveredMessage:
    return UndeliveredMessage(
        id=row.id,
        name=row.name,
        state=row.state,
        cause=row.error or "",
        thrown_at=row.thrown_at,
        attempts=row.attempts,
        case_id=case.id if case else None,
        case_number=case.number if case else None,
        subject=case.subject if case else None,
        language=body.language if body else "az",
        carries=row.payload,
    )


def _waiting(uow: UnitOfWork, event: SentEvent, by: UUID) -> Sequence[WaitingCase]:
    """Those that this person may operate, the oldest wait first."""
    since = sa.func.min(MessageWaitRow.since).label("since")
    waits = (
        sa.select(MessageWaitRow.instance_id, since)
        .join(InstanceRow, InstanceRow.id == MessageWaitRow.instance_id)
        .where(MessageWaitRow.message == event.name, MessageWaitRow.kind == ThrownKind.MESSAGE.value)
        .where(InstanceRow.status == "running")
        .group_by(MessageWaitRow.instance_id)
        .subquery()
    )
    mine = sa.true() if _everything(uow, by) else CaseRow.body_id.in_(supervised(uow, by))
    query = (
        sa.select(CaseRow, BodyRow.language, waits.c.since)
        .join(waits, waits.c.instance_id == CaseRow.id)
        .join(BodyRow, BodyRow.id == CaseRow.body_id)
        .where(mine)
        .order_by(waits.c.since, CaseRow.number)
        .limit(MOST)
    )
    definitions = Definitions(uow)
    return [
        WaitingCase(
            id=case.id,
            number=case.number,
            subject=case.subject,
            language=language,
            process=definitions.process_title(case.definition_key),
            since=since,
        )
        for case, language, since in uow.session.execute(query)
    ]
