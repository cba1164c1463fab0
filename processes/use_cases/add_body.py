"""Add a public body to the installation: its first unit, its fonds and its e-seal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from engine.definition import LANGUAGES
from processes.arranging import arrange_body
from processes.authorization import ADMINISTRATOR, require_administrator, require_role
from processes.errors import EntryRefused
from processes.forms import clean_text
from processes.office import Office
from processes.organisation import body
from processes.tables import BodyRow, CertificateRow, MandateRow, UnitRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.enrol import enrol_seal
from processes.vocabulary import CALENDARS, TERRITORIES

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
FUNCTIONS = ("registry_operator", "supervision", "appeals", "state_archive")
"""what a body may do for others here"""
FIRST_UNIT = "office"
MAX_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBody:
    """A new body."""

    by: UUID | None
    """None: at the command line"""
    code: str
    title: Mapping[str, str]
    """in four languages"""
    calendar: str
    time_zone: str
    language: str
    """the working language of its documents"""
    functions: tuple[str, ...] = ()
    superior_id: UUID | None = None
    territory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUnit:
    """A new structural unit of a body."""

    by: UUID | None
    body_id: UUID
    code: str
    title: Mapping[str, str]


def add_body(office: Office, request: AddBody) -> UUID:
    """Add the body; its id. An e-seal that a crash left unmade is made when the body is added again.

    :raises NotPermitted: no administrator
    :raises EntryRefused: the code is taken or malformed; a title is missing; no such calendar, zone or function
    """
    title = checked_title(request.title)
    _check(request)
    with office.unit_of_work() as uow:
        actor = require_administrator(uow.session, request.by, uow.now)
        identity = _unsealed(uow, request.code)
        if identity is None:
            identity = uuid4()
            _insert(uow, identity, request, title)
            arrange_body(uow, code=request.code, title=title, body_id=identity)
            _administer(uow, identity, request.by)
            uow.audit.record("body:add", actor=actor, subject=str(identity), details={"code": request.code})
        uow.commit()
    enrol_seal(office, identity, by=actor)
    return identity


def add_unit(office: Office, request: AddUnit) -> UUID:
    """Add a unit; its id.

    :raises NotPermitted: no administrator of that body
    :raises EntryRefused: the code is taken or malformed, or a title is missing
    """
    title, identity = checked_title(request.title), uuid4()
    if not CODE.fullmatch(request.code):
        raise EntryRefused("code", "malformed")
    with office.unit_of_work() as uow:
        actor = require_administrator(uow.session, request.by, uow.now, body_id=request.body_id)
        owner = body(uow.session, request.body_id)
        taken = sa.select(UnitRow.id).where(UnitRow.body_id == owner.id, UnitRow.code == request.code)
        if uow.session.scalar(taken) is not None:
            raise EntryRefused("code", "taken")
        uow.insert(UnitRow, id=identity, body_id=owner.id, parent_id=None, code=request.code, title=title)
        details = {"body": owner.code, "code": request.code}
        uow.audit.record("body:unit:add", actor=actor, subject=str(identity), details=details)
        uow.commit()
    return identity


def checked_title(title: Mapping[str, str]) -> dict[str, str]:
    """A title in four languages, tidied.

    :raises EntryRefused: one is missing, or too long
    """
    found = {language: clean_text(title.get(language, ""), one_line=True) for language in LANGUAGES}
    for language, text in found.items():
        if not 1 <= len(text) <= MAX_TITLE:
            raise EntryRefused(f"title_{language}", "missing")
    return found


def _check(request: AddBody) -> None:
    known = (
        ("calendar", request.calendar in CALENDARS),
        ("language", request.language in LANGUAGES),
        ("territory", request.territory is None or request.territory in TERRITORIES),
        ("functions", set(request.functions) <= set(FUNCTIONS)),
        ("time_zone", _zone_exists(request.time_zone)),
    )
    if not CODE.fullmatch(request.code):
        raise EntryRefused("code", "malformed")
    for name, fits in known:
        if not fits:
            raise EntryRefused(name, "unknown")


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _unsealed(uow: UnitOfWork, code: str) -> UUID | None:
    """The body of that code whose e-seal is still missing."""
    identity = uow.session.scalar(sa.select(BodyRow.id).where(BodyRow.code == code))
    if identity is None:
        return None
    if uow.session.scalar(sa.select(CertificateRow.id).where(CertificateRow.body_id == identity).limit(1)) is not None:
        raise EntryRefused("code", "taken")
    return identity


def _administer(uow: UnitOfWork, body_id: UUID, by: UUID | None) -> None:
    """Whoever adds a body administers it, on the ground of the mandate that let them add it."""
    if by is None:
        return
    own = require_role(uow.session, by, ADMINISTRATOR, uow.now)
    uow.insert(
        MandateRow,
        id=uuid4(),
        holder_id=by,
        role=ADMINISTRATOR,
        capacity=own.capacity,
        body_id=body_id,
        scope=[],
        valid_from=uow.now,
        valid_to=own.valid_to,
        ground_act=own.ground_act,
        ground_number=own.ground_number,
        ground_date=own.ground_date,
    )


def _insert(uow: UnitOfWork, identity: UUID, request: AddBody, title: Mapping[str, str]) -> None:
    uow.insert(
        BodyRow,
        id=identity,
        code=request.code,
        title=title,
        calendar=request.calendar,
        time_zone=request.time_zone,
        language=request.language,
        functions=list(request.functions),
        superior_id=request.superior_id,
        territory=request.territory,
    )
    uow.insert(UnitRow, id=uuid4(), body_id=identity, parent_id=None, code=FIRST_UNIT, title=dict(title))
