"""What failed for good: with its case and step, its cause, and who tries it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.errors import DefinitionNotFound
from processes.authorization import bodies_below
from processes.incidents import OPEN
from processes.mandates import mandates_of
from processes.office import Office
from processes.operating import require_mender
from processes.queries.definitions import Definitions
from processes.queries.people import require_any_role
from processes.tables import BodyRow, CaseRow, IncidentRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
MENDERS = frozenset({"administrator", "supervisor"})
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that failed, and waits for somebody."""

    id: UUID
    kind: str
    """service, timer, step, job"""
    name: str
    """of the job"""
    case_id: UUID | None
    case_number: str | None
    subject: str | None
    language: str
    process: Titles | None
    step: Titles | None
    at: datetime
    times: int
    state: str
    """open, or retried: it is under way"""
    cause: str
    variables: Mapping[str, Any]
    """of the case as they are, which whoever passes over it may want to set"""


def incidents(office: Office, by: UUID) -> Sequence[Incident]:
    """What has failed and is not closed, the newest first: all for an administrator, for a supervisor those of the
    cases of the own body and the bodies below.

    :raises NotPermitted: neither
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, MENDERS, uow.now)
        everything = any(mandate.role == "administrator" for mandate in mandates_of(uow.session, by, uow.now))
        mine = sa.true() if everything else CaseRow.body_id.in_(supervised(uow, by))
        rows = uow.session.execute(
            sa.select(IncidentRow, CaseRow, BodyRow)
            .outerjoin(CaseRow, CaseRow.id == IncidentRow.case_id)
            .outerjoin(BodyRow, BodyRow.id == CaseRow.body_id)
            .where(IncidentRow.state.in_(OPEN), mine)
            .order_by(IncidentRow.last_at.desc(), IncidentRow.id)
            .limit(MOST)
        ).all()
        definitions = Definitions(uow)
        return [_incident(uow, definitions, *row) for row in rows]


def incident(office: Office, incident_id: UUID, by: UUID) -> Incident | None:
    """One that is not closed; None when it is.

    :raises NotPermitted: neither an administrator nor a supervisor of the case's body
    """
    with office.reading() as uow:
        row = uow.session.get(IncidentRow, incident_id)
        if row is None or row.state not in OPEN:
            return None
        require_mender(uow, row.case_id, by)
        case = uow.session.get(CaseRow, row.case_id) if row.case_id else None
        body = uow.session.get(BodyRow, case.body_id) if case else None
        return _incident(uow, Definitions(uow), row, case, body)


def supervised(uow: UnitOfWork, by: UUID) -> set[UUID]:
    """The bodies whose cases this person operates: of the supervisor's mandates, and those below them."""
    tops = {mandate.body_id for mandate in mandates_of(uow.session, by, uow.now) if mandate.role == "supervisor"}
    return bodies_below(uow.session, tops)


def _incident(
    uow: UnitOfWork, definitions: Definitions, row: IncidentRow, case: CaseRow | None, body: BodyRow | None
) -> Incident:
    instance = uow.engine.instance(case.id) if case else None
    return Incident(
        id=row.id,
        kind=row.kind,
        name=row.job or row.kind,
        case_id=case.id if case else None,
        case_number=case.number if case else None,
        subject=case.subject if case else None,
        language=body.language if body else "az",
        process=_process(definitions, case.definition_key if case else row.definition_key),
        step=_step(definitions, row, instance.bindings if instance else {}),
        at=row.last_at,
        times=row.times,
        state=row.state,
        cause=row.cause,
        variables=instance.variables if instance else {},
    )


def _step(definitions: Definitions, row: IncidentRow, bindings: Mapping[str, str]) -> Titles | None:
    key, element = row.definition_key, row.element_id
    if key is None or element is None:
        return None
    try:
        version = definitions.version_of(key, bindings[key]) if key in bindings else definitions.get(key).version
    except DefinitionNotFound:
        return {"en": element}
    return definitions.step_title(key, version, element)


def _process(definitions: Definitions, key: str | None) -> Titles | None:
    if key is None:
        return None
    try:
        return definitions.process_title(key)
    except DefinitionNotFound:
        return {"en": key}
