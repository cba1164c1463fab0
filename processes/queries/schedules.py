"""Retention schedules for those who keep archives: in force, waiting for a second person, and what was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from archive.retention import RetentionClass
from archive.schedules import ScheduleVersion
from processes.access import office_day
from processes.archivists import require_keeper
from processes.errors import NotFound
from processes.office import Office
from processes.organisation import actors_named
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesPage:
    """All schedules, and those that somebody wants to change."""

    schedules: Sequence[RetentionClass]
    proposals: Sequence[ScheduleVersion]
    names: Mapping[str, str]
    """of who proposed, by id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePage:
    """One schedule with every wording it has had."""

    code: str
    schedule: RetentionClass | None
    """what is in force; None: it is only proposed"""
    versions: Sequence[ScheduleVersion]
    """the newest first"""
    proposal: ScheduleVersion | None
    documents: int
    """that stand under it"""
    becoming_due: int | None
    """of them, under the proposal, on this day; None: known only once they are dated anew"""
    own: bool
    """whether the reader proposed it"""
    names: Mapping[str, str]


def schedules_page(office: Office, by: UUID) -> SchedulesPage:
    """All of them.

    :raises NotPermitted: keeps nobody's archive
    """
    with office.reading() as uow:
        require_keeper(uow, by)
        proposals = uow.archive.schedules.proposals()
        return SchedulesPage(
            schedules=uow.archive.retention_classes(), proposals=proposals, names=_names(uow, proposals)
        )


def schedule_page(office: Office, by: UUID, code: str) -> SchedulePage:
    """One of them.

    :raises NotPermitted: keeps nobody's archive
    :raises NotFound: neither in force nor proposed
    """
    with office.reading() as uow:
        actor, schedules = require_keeper(uow, by), uow.archive.schedules
        known = {each.code: each for each in uow.archive.retention_classes()}
        versions = schedules.versions(code)
        if code not in known and not versions:
            raise NotFound("no such schedule")
        proposal = next((each for each in schedules.proposals() if each.code == code), None)
        asked = proposal.schedule if proposal else known.get(code)
        documents, due = schedules.concerned(asked, on=office_day(uow)) if asked else (0, 0)
        return SchedulePage(
            code=code,
            schedule=known.get(code),
            versions=versions,
            proposal=proposal,
            documents=documents,
            becoming_due=due,
            own=proposal is not None and proposal.proposed_by == actor,
            names=_names(uow, versions),
        )


def _names(uow: UnitOfWork, versions: Sequence[ScheduleVersion]) -> Mapping[str, str]:
    told = {each.proposed_by for each in versions} | {each.decided_by for each in versions if each.decided_by}
    return actors_named(uow.session, told)
