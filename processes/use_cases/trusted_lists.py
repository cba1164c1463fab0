"""Administrators say whose trusted lists the office goes by: they bring one in, have it fetched again, retire it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.authorization import require_administrator
from processes.errors import NotFound
from processes.office import Office
from processes.operating import require_ground
from processes.organisation import actors_named
from processes.tables import TrustedListRow, TrustedServiceRow
from processes.trusted_lists import Brought, fetched, in_force, put, read, refresh, service_of
from processes.unit_of_work import UnitOfWork
from signing.trusted_lists import LARGEST as LARGEST_LIST

__all__ = [
    "LARGEST_LIST",
    "ImportList",
    "RefreshList",
    "RetireList",
    "import_list",
    "list_services",
    "list_trusted_lists",
    "refresh_list",
    "retire_list",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportList:
    """A trusted list, its operator's certificates, and why the office goes by it."""

    by: UUID | None
    """None: at the command line"""
    operators: bytes = field(repr=False)
    """PEM or DER; got by another way than the list"""
    ground: str
    content: bytes = field(default=b"", repr=False)
    """the XML, where there is no address"""
    url: str = ""
    """where it is fetched from again; empty: somebody brings each new one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshList:
    """A list to be fetched again now, by the beginning of its id or by its territory."""

    by: UUID | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireList:
    """A list the office goes by no more, and why."""

    by: UUID | None
    name: str
    """the beginning of its id, or its territory"""
    ground: str


def import_list(office: Office, request: ImportList) -> UUID:
    """Go by a trusted list from now on; of a territory that has one, by this newer one. Its id.

    :raises NotPermitted: no administrator
    :raises TrustedListUnusable: not to be had, not authentic, ended, older than the one there is …
    :raises GroundTooShort: fewer than ten characters
    """
    require_ground(request.ground)
    with office.reading() as uow:
        # before anything is fetched for somebody who may not have it fetched
        actor = require_administrator(uow.session, request.by, uow.now)
    # an empty file is a list as well, one that is refused
    brought = Brought(fetched(request.url) if request.url else request.content, request.operators, request.url)
    found = read(brought, office.clock())
    with office.unit_of_work() as uow:
        _alone(uow, found.territory)
        row = in_force(uow, found.territory) or TrustedListRow(id=uuid4())
        row.added_by, row.added_at, row.ground = actor, uow.now, request.ground.strip()
        put(uow, row, brought, found)
        details = {
            "why": row.ground,
            "territory": row.territory,
            "source": row.source,
            "sequence": row.sequence,
            "sha256": row.sha256,
            "services": len(found.services),
        }
        uow.audit.record("pki:list:import", actor=actor, subject=str(row.id), details=details)
        uow.commit()
        return row.id


def _alone(uow: UnitOfWork, territory: str) -> None:
    """Two that bring in the first list of a territory at once would each find none and write their own."""
    if uow.session.get_bind().dialect.name == "postgresql":
        uow.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"trusted list:{territory}"))))


def refresh_list(office: Office, request: RefreshList) -> bool:
    """Fetch a list again; whether there was a newer one.

    :raises NotPermitted: no administrator
    :raises NotFound: no list in force is called so
    :raises TrustedListUnusable: it could not be had, or is not to be believed; the one there is stays
    """
    with office.reading() as uow:
        require_administrator(uow.session, request.by, uow.now)
        found = _named(uow, request.name).id
    return refresh(office, found)


def retire_list(office: Office, request: RetireList) -> str:
    """Go by a list no more, nor by its services; its territory.

    :raises NotPermitted: no administrator
    :raises NotFound: no list in force is called so
    :raises GroundTooShort: fewer than ten characters
    """
    require_ground(request.ground)
    with office.unit_of_work() as uow:
        actor = require_administrator(uow.session, request.by, uow.now)
        row = _named(uow, request.name)
        row.removed_at, row.removed_ground, row.next_look_at = uow.now, request.ground.strip(), None
        uow.audit.record("pki:list:retire", actor=actor, subject=str(row.id), details={"why": row.removed_ground})
        uow.commit()
        return row.territory


def list_trusted_lists(office: Office, by: UUID | None) -> list[dict[str, Any]]:
    """Every trusted list the office goes by or went by, newest first.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_administrator(uow.session, by, uow.now)
        counted = (
            sa.select(sa.func.count())
            .where(TrustedServiceRow.list_id == TrustedListRow.id)
            .correlate(TrustedListRow)
            .scalar_subquery()
        )
        query = sa.select(TrustedListRow, counted).order_by(TrustedListRow.added_at.desc())
        return [_told(uow, row, services) for row, services in uow.session.execute(query)]


def list_services(office: Office, by: UUID | None, list_id: UUID) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A trusted list and its services, by name.

    :raises NotPermitted: no administrator
    :raises NotFound: no such list
    """
    with office.reading() as uow:
        require_administrator(uow.session, by, uow.now)
        row = uow.session.get(TrustedListRow, list_id)
        if row is None:
            raise NotFound("no such trusted list")
        query = sa.select(TrustedServiceRow).where(TrustedServiceRow.list_id == list_id)
        services = list(uow.session.execute(query.order_by(TrustedServiceRow.name, TrustedServiceRow.id)).scalars())
        return _told(uow, row, len(services)), [_service(one, row, uow.now) for one in services]


def _named(uow: UnitOfWork, name: str) -> TrustedListRow:
    rows = uow.session.execute(sa.select(TrustedListRow).where(TrustedListRow.removed_at.is_(None))).scalars()
    found = [row for row in rows if row.territory == name.upper() or (name and str(row.id).startswith(name.lower()))]
    if len(found) != 1:
        raise NotFound(f"{len(found)} trusted lists in force are called {name!r}; name one")
    return found[0]


def _told(uow: UnitOfWork, row: TrustedListRow, services: int) -> dict[str, Any]:
    ended = row.next_update is not None and row.next_update <= uow.now
    names = actors_named(uow.session, (row.added_by,))
    return {
        "id": str(row.id),
        "territory": row.territory,
        "operator": row.operator,
        "state": "retired" if row.removed_at else "ended" if ended else "in force",
        "version": row.version,
        "sequence": row.sequence,
        "issued_at": row.issued_at.isoformat(),
        "next_update": None if row.next_update is None else row.next_update.isoformat(),
        "services": services,
        "left_out": row.left_out,
        "source": row.source,
        "refreshed_at": row.refreshed_at.isoformat(),
        "problem": row.problem,
        "added_by": names[row.added_by],
        "ground": row.ground,
        "removed_at": None if row.removed_at is None else row.removed_at.isoformat(),
        "removed_ground": row.removed_ground,
    }


def _service(row: TrustedServiceRow, of: TrustedListRow, now: datetime) -> dict[str, Any]:
    service = service_of(row, of.next_update)
    granted = [period for period in service.periods if period.covers(now)]
    state = "granted" if service.granted_at(now) else "ended" if granted else "withdrawn"
    return {
        "name": row.name,
        "subject": row.subject,
        "sha256": row.sha256,
        "purpose": row.purpose,
        "state": state,
        "periods": row.periods,
    }
