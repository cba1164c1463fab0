"""Bodies and people, read for the use cases."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.prepared import Prepared, flushed
from processes.errors import NotFound
from processes.tables import BodyRow, PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A public body (see BodyRow)."""

    id: UUID
    code: str
    title: Mapping[str, str]
    calendar: str
    time_zone: str
    language: str
    functions: tuple[str, ...]
    superior_id: UUID | None
    territory: str | None

    def named(self, language: str | None = None) -> str:
        """Its title in `language`, or in its own working language."""
        return self.title.get(language or self.language) or self.title[self.language]

    def local(self, moment: datetime) -> datetime:
        """The instant on this body's clock."""
        return moment.astimezone(ZoneInfo(self.time_zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in."""

    id: UUID
    login: str
    name: str
    email: str | None
    language: str
    body_id: UUID
    session_epoch: int
    active: bool


def _body(row: BodyRow) -> Body:
    return Body(
        id=row.id,
        code=row.code,
        title=row.title,
        calendar=row.calendar,
        time_zone=row.time_zone,
        language=row.language,
        functions=tuple(row.functions),
        superior_id=row.superior_id,
        territory=row.territory,
    )


def _person(row: PersonRow) -> Person:
    names = ("id", "login", "name", "email", "language", "body_id", "session_epoch", "active")
    return Person(**{name: getattr(row, name) for name in names})


_BODY_COLUMNS = ("id", "code", "title", "calendar", "time_zone", "language", "functions", "superior_id", "territory")
_BODIES = sa.inspect(BodyRow).local_table.c
_BODY_OF = Prepared(
    sa.select(*(_BODIES[name] for name in _BODY_COLUMNS)).where(_BODIES.id == sa.bindparam("wanted", type_=sa.Uuid()))
)


def body(session: Session, body_id: UUID) -> Body:
    """The body with this id.

    :raises NotFound: there is none
    """
    row = _BODY_OF.one(flushed(session), {"wanted": body_id})
    if row is None:
        raise NotFound("no such body")
    return Body(**{**row, "functions": tuple(row["functions"])})


def bodies(session: Session) -> list[Body]:
    """All bodies of this installation, by code."""
    return [_body(row) for row in session.execute(sa.select(BodyRow).order_by(BodyRow.code)).scalars()]


def body_by_code(session: Session, code: str) -> Body | None:
    """The body with this code."""
    row = session.execute(sa.select(BodyRow).where(BodyRow.code == code)).scalar()
    return _body(row) if row else None


def body_with_function(session: Session, function: str) -> Body:
    """The body that does `function` for all others here, e.g. ``registry_operator``.

    :raises NotFound: nobody does; an administrator has to say who
    """
    found = [each for each in bodies(session) if function in each.functions]
    if not found:
        raise NotFound(f"no body has the function {function!r}; an administrator has to assign it")
    return found[0]


def person(session: Session, person_id: UUID) -> Person:
    """The person with this id.

    :raises NotFound: there is none
    """
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("no such person")
    return _person(row)


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PERSON = sa.inspect(PersonRow).local_table.c
_NAMES = sa.select(_PERSON.id, _PERSON.name).where(_PERSON.id.in_(sa.bindparam("ids", expanding=True)))


def people_named(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Names by id, in one query."""
    return {row.id: row.name for row in session.execute(_NAMES, {"ids": list(ids)})} if ids else {}


def actors_named(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Names of those actors of the audit trail that are people; the others stand for themselves."""
    told = list(actors)
    ids = {UUID(actor) for actor in told if _ID.fullmatch(actor)}
    names = people_named(session, ids)
    return {actor: names.get(UUID(actor), actor) if _ID.fullmatch(actor) else actor for actor in told}


def role_scope(session: Session, rule: str, variables: Mapping[str, Any]) -> str:
    """Whose people may take a lane's work items: the case's own body, or the one body with that function."""
    return str(variables["body"]) if rule == "case" else str(body_with_function(session, rule).id)
