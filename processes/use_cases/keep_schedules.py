"""Retention schedules: one who keeps an archive proposes a wording with its reason, another puts it in force.

A schedule holds for every body of the installation, so whoever decides keeps an archive here, of whichever body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from archive.errors import SecondPersonNeeded, UnknownStartRule
from archive.retention import START_RULES, DisposalAction, RetentionClass
from archive.schedules import ScheduleVersion
from processes.archivists import require_keeper
from processes.errors import EntryRefused
from processes.forms import clean_text
from processes.office import Office
from processes.operating import require_ground
from processes.unit_of_work import UnitOfWork
from processes.use_cases.add_body import CODE, checked_title
from processes.use_cases.arrange import refused_entries

LONGEST = 500
RULES = tuple(START_RULES)
"""from when a period may run"""
OUTCOMES = tuple(str(each) for each in DisposalAction)
"""what may be proposed when it has ended"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSchedule:
    """What a schedule shall say from now on, and why."""

    by: UUID
    code: str
    title: Mapping[str, str]
    starts: str
    years: int | None
    """None: permanent"""
    action: str
    article: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideSchedule:
    """A second person's word on a proposal."""

    by: UUID
    version_id: UUID
    agreed: bool
    note: str = ""
    """needed if it is refused"""


def propose_schedule(office: Office, request: ProposeSchedule) -> ScheduleVersion:
    """Keep the proposal; nothing changes by it.

    :raises NotPermitted: keeps nobody's archive
    :raises GroundTooShort: why is not said
    :raises EntryRefused: code, title, rule, period, outcome or article is none; it is in force as it is; one waits
    """
    reason = require_ground(request.reason)
    wanted = _checked(request)
    with office.unit_of_work() as uow, refused_entries():
        actor = require_keeper(uow, request.by)
        try:
            proposed = uow.archive.schedules.propose(wanted, reason=reason, actor=actor)
        except UnknownStartRule as error:
            raise EntryRefused("starts", "unknown") from error
        _note(uow, "propose", actor, proposed, {"reason": reason})
        uow.commit()
    return proposed


def decide_schedule(office: Office, request: DecideSchedule) -> int:
    """Put it in force or leave it as it was; how many documents have another period now.

    :raises NotPermitted: keeps nobody's archive
    :raises NotFound: no such proposal
    :raises GroundTooShort: refused without a reason
    :raises EntryRefused: decided before; one's own
    """
    note = clean_text(request.note, one_line=True)[:LONGEST] if request.agreed else require_ground(request.note)
    with office.unit_of_work() as uow, refused_entries():
        actor, schedules, count = require_keeper(uow, request.by), uow.archive.schedules, 0
        if request.agreed:
            try:
                decided, count = schedules.confirm(request.version_id, note=note, actor=actor)
            except SecondPersonNeeded as error:
                raise EntryRefused("decision", "own") from error
        else:
            decided = schedules.refuse(request.version_id, note=note, actor=actor)
        what = "enact" if request.agreed else "refuse"
        _note(uow, what, actor, decided, {"version": decided.version, "documents": count, "note": note})
        uow.commit()
    return count


def _checked(request: ProposeSchedule) -> RetentionClass:
    code, article = (clean_text(text, one_line=True)[:LONGEST] for text in (request.code, request.article))
    if not CODE.fullmatch(code):
        raise EntryRefused("code", "malformed")
    if request.action not in OUTCOMES:
        raise EntryRefused("action", "unknown")
    if not article:
        raise EntryRefused("article", "missing")
    return RetentionClass(
        code=code,
        title=checked_title(request.title),
        starts=request.starts,
        years=request.years,
        action=request.action,
        ground=article,
    )


def _note(uow: UnitOfWork, what: str, actor: str, version: ScheduleVersion, details: dict[str, Any]) -> None:
    said = {name: getattr(version, name) for name in ("code", "starts", "years", "action", "ground")}
    uow.audit.record(f"archive:schedule:{what}", actor=actor, subject=str(version.id), details=said | details)
