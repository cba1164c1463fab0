"""Bring a running case to another version of its process."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from engine.operations import MigrationPlan
from processes.office import Office
from processes.operating import administered_case, engine_refusals, note, require_ground
from processes.settling import settle
from processes.tables import SigningAttemptRow
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateCase:
    """An administrator's will that a case goes on by another version."""

    case_id: UUID
    plan: MigrationPlan
    by: UUID
    ground: str


def migrate_case(office: Office, request: MigrateCase) -> None:
    """Migrate one case: its open steps keep id, claim, draft and deadline, its clocks what they wait for.

    :raises NotPermitted: no administrator
    :raises GroundTooShort: :raises CaseEnded:
    :raises MigrationImpossible: a token has no place in the new version; nothing has been changed
    """
    with office.unit_of_work() as uow:
        migrate_within(office, uow, request)
        uow.commit()


def migrate_within(office: Office, uow: UnitOfWork, request: MigrateCase) -> None:
    """The same inside a transaction."""
    require_ground(request.ground)
    case = administered_case(uow, request.case_id, request.by)
    with engine_refusals(uow):
        advance = uow.engine.migrate(case.id, request.plan, by=str(request.by), ground=request.ground)
    # a document prepared for the old version would be signed as if it were of the new one
    prepared = sa.and_(SigningAttemptRow.case_id == case.id, SigningAttemptRow.state == "prepared")
    ended = {"state": "abandoned", "pdf": None, "ended_at": uow.now, "ended_reason": "the process has a new version"}
    uow.session.execute(sa.update(SigningAttemptRow).where(prepared).values(**ended))
    settle(office, uow, advance)
    note(uow, "migrate", case.id, request.by, ground=request.ground, version=request.plan.version)
