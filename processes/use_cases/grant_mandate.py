"""Enter a mandate that an act outside this office gives, and revoke one with a ground (B22, C7).

An order the head signs in this office makes its mandate by itself: `appoint`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from processes.authorization import ADMINISTRATOR, require_administrator
from processes.errors import EntryRefused, NotFound
from processes.forms import clean_text
from processes.mandates import mandate
from processes.office import Office
from processes.organisation import body, person
from processes.roles import CAPACITIES, known_roles
from processes.tables import MandateRow, UnitRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.close_account import require_another_administrator
from processes.use_cases.return_lost_work import return_lost_work

MAX_GROUND = 200
SUPERVISOR, SUPERVISION = "supervisor", "supervision"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMandate:
    """What an act gives, whoever enters or signs it."""

    holder_id: UUID
    role: str
    capacity: str
    body_id: UUID
    valid_from: datetime
    valid_to: datetime | None = None
    acts_for_id: UUID | None = None
    """the mandate substituted"""
    unit_id: UUID | None = None
    """the unit whose restricted papers it lets read; None: those of the whole body"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantMandate(WantedMandate):
    """What an act on paper, or of another office, lets somebody do here."""

    by: UUID | None
    """None: at the command line"""
    act: str
    """what the ground is called, e.g. "Əmr" """
    number: str
    dated: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeMandate:
    """End a mandate now."""

    by: UUID | None
    mandate_id: UUID
    ground: str


def grant_mandate(office: Office, request: GrantMandate) -> UUID:
    """Enter the mandate; its id.

    :raises NotPermitted: no administrator of that body
    :raises EntryRefused: no such role, capacity or unit, no ground, an end before the beginning
    """
    act, number = clean_text(request.act, one_line=True), clean_text(request.number, one_line=True)
    with office.unit_of_work() as uow:
        actor = require_administrator(uow.session, request.by, uow.now, body_id=request.body_id)
        check_mandate(uow, request)
        for name, value in (("act", act), ("number", number)):
            if not 1 <= len(value) <= MAX_GROUND:
                raise EntryRefused(name, "missing")
        identity = uuid4()
        uow.insert(
            MandateRow,
            id=identity,
            holder_id=person(uow.session, request.holder_id).id,
            role=request.role,
            capacity=request.capacity,
            body_id=body(uow.session, request.body_id).id,
            unit_id=request.unit_id,
            scope=[],
            valid_from=request.valid_from,
            valid_to=request.valid_to,
            acts_for_id=request.acts_for_id,
            ground_act=act,
            ground_number=number,
            ground_date=request.dated,
            ground_document_id=None,
            ground_sha256=None,
        )
        details = {"role": request.role, "capacity": request.capacity, "ground": f"{act} № {number}"}
        uow.audit.record("person:mandate:grant", actor=actor, subject=str(request.holder_id), details=details)
        uow.commit()
    return identity


def revoke_mandate(office: Office, request: RevokeMandate) -> None:
    """End it: from now on it covers nothing; what was done under it stands.

    :raises NotPermitted: no administrator of the mandate's body
    :raises EntryRefused: no ground; nobody else could administer the body then
    """
    ground = clean_text(request.ground, one_line=True)[:MAX_GROUND]
    with office.unit_of_work() as uow:
        found = mandate(uow.session, request.mandate_id)
        if found is None:
            raise NotFound("no such mandate")
        actor = require_administrator(uow.session, request.by, uow.now, body_id=found.body_id)
        if not ground:
            raise EntryRefused("ground", "missing")
        if found.role == ADMINISTRATOR:
            require_another_administrator(uow, found.holder_id, found.body_id)
        changed = uow.update(
            MandateRow, {"id": found.id, "revoked_at": None}, revoked_at=uow.now, revoked_ground=ground
        )
        if changed:
            details = {"role": found.role, "ground": ground}
            uow.audit.record("person:mandate:revoke", actor=actor, subject=str(found.holder_id), details=details)
        uow.commit()
    return_lost_work(office, found.holder_id)


def check_mandate(uow: UnitOfWork, request: WantedMandate) -> None:
    """It fits this office.

    :raises EntryRefused: no such role or capacity, a supervisor where nobody supervises, an end before the
        beginning, a substitution of something else
    """
    if request.role not in known_roles(uow):
        raise EntryRefused("role", "unknown")
    # supervisors see every body's cases (D12), so not every body's administrator may make one
    if request.role == SUPERVISOR and SUPERVISION not in body(uow.session, request.body_id).functions:
        raise EntryRefused("role", "supervision")
    if request.capacity not in CAPACITIES:
        raise EntryRefused("capacity", "unknown")
    if request.valid_to is not None and request.valid_to <= request.valid_from:
        raise EntryRefused("valid_to", "ends-before-it-begins")
    _check_places(uow, request)


def _check_places(uow: UnitOfWork, request: WantedMandate) -> None:
    if request.unit_id is not None:
        unit = uow.session.get(UnitRow, request.unit_id)
        if unit is None or unit.body_id != request.body_id:
            raise EntryRefused("unit", "unknown")
    if request.acts_for_id is not None:
        replaced = mandate(uow.session, request.acts_for_id)
        if replaced is None or (replaced.body_id, replaced.role) != (request.body_id, request.role):
            raise EntryRefused("acts_for", "unknown")
