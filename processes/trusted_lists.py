"""Trusted lists as the office keeps them: read, replaced by newer ones only, fetched anew, and told before they end."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from engine.prepared import Prepared
from processes.errors import NotFound, TrustedListUnusable
from processes.incidents import Failure, close_incidents, note_incident, subject_of
from processes.office import Office
from processes.tables import TrustedListRow, TrustedServiceRow
from processes.unit_of_work import UnitOfWork
from signing.authorities import HttpTransport
from signing.errors import FetchFailed, TrustedListRefused
from signing.trusted_lists import (
    LARGEST,
    Period,
    Purpose,
    TrustedList,
    TrustedService,
    periods_as_json,
    periods_from_json,
    read_operators,
    read_trusted_list,
    require_newer,
)

JOB = "refresh_trusted_list"
PATIENCE = 60.0
"""seconds a list of some megabytes may take to come"""
EVERY = timedelta(days=1)
"""how often a list is fetched again"""
AGAIN = timedelta(hours=1)
"""after which a list that could not be had is asked for again"""
WARNED = timedelta(days=14)
"""before its end somebody is told of a list that is not fetched by itself"""
PATIENT_TRIES = 3
"""failures in a row after which somebody is told"""
MOST_AT_ONCE = 50
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Brought:
    """A list as it came."""

    content: bytes = field(repr=False)
    operators: bytes = field(repr=False)
    """the operator's certificates, PEM or DER"""
    source: str
    """where from; empty: from a file"""


def fetched(url: str) -> bytes:
    """What is at an address now; a list without one is brought by somebody.

    :raises TrustedListUnusable: rule "address": no answer that would do
    """
    if not url:
        raise TrustedListUnusable("address", "it comes as a file: bring the next one", field="url")
    try:
        return HttpTransport(patience=PATIENCE, largest=LARGEST).get(url)
    except FetchFailed as error:
        raise TrustedListUnusable("address", str(error), field="url") from error


def read(brought: Brought, at: datetime) -> TrustedList:
    """What an authentic list says.

    :raises TrustedListUnusable: `reason` is the rule of `signing.errors.TrustedListRefused`
    """
    try:
        return read_trusted_list(brought.content, read_operators(brought.operators), at=at)
    except TrustedListRefused as error:
        field_ = "operators" if error.rule == "operator" else "list"
        raise TrustedListUnusable(error.rule, error.reason, field=field_) from error


def in_force(uow: UnitOfWork, territory: str) -> TrustedListRow | None:
    """The list of a territory that counts."""
    query = sa.select(TrustedListRow).where(TrustedListRow.territory == territory, TrustedListRow.removed_at.is_(None))
    return uow.session.execute(query).scalar()


def put(uow: UnitOfWork, row: TrustedListRow, brought: Brought, found: TrustedList) -> bool:
    """Write what a list says into its row, and its services; whether it is another list than before.

    :raises TrustedListUnusable: rule "stale"
    """
    sha256 = hashlib.sha256(brought.content).hexdigest()
    same = row.sha256 == sha256
    if row.sequence is not None:
        try:
            require_newer(row.sequence, found, same=same)
        except TrustedListRefused as error:
            raise TrustedListUnusable(error.rule, error.reason) from error
    row.operator_pem = _pem(read_operators(brought.operators))
    row.source, row.refreshed_at, row.tries, row.problem = brought.source, uow.now, 0, None
    row.next_look_at = _next_look(uow.now, found.next_update, fetched_again=bool(brought.source))
    if same:
        return False
    row.territory, row.operator, row.version, row.sequence = (
        found.territory,
        found.operator,
        found.version,
        found.sequence,
    )
    row.issued_at, row.next_update, row.left_out = found.issued_at, found.next_update, found.left_out
    row.sha256, row.content = sha256, brought.content
    uow.session.add(row)
    uow.session.flush()
    uow.session.execute(sa.delete(TrustedServiceRow).where(TrustedServiceRow.list_id == row.id))
    uow.session.add_all(_service_row(row.id, one) for one in found.services)
    uow.session.flush()
    return True


def _service_row(list_id: UUID, one: TrustedService) -> TrustedServiceRow:
    return TrustedServiceRow(
        id=uuid4(),
        list_id=list_id,
        name=one.name,
        subject=x509.load_der_x509_certificate(one.certificate).subject.rfc4514_string(),
        sha256=hashlib.sha256(one.certificate).hexdigest(),
        certificate=one.certificate,
        purpose=one.purpose.value,
        periods=periods_as_json(one.periods),
    )


_counts = TrustedListRow.removed_at.is_(None)
_THAT_COUNT = (
    sa.select(TrustedServiceRow, TrustedListRow.next_update)
    .join(TrustedListRow, TrustedListRow.id == TrustedServiceRow.list_id)
    .where(_counts)
    .order_by(TrustedServiceRow.name, TrustedServiceRow.id)
)
_ANY_LIST = Prepared(sa.select(TrustedListRow.id).where(_counts).limit(1))


def services_in_force(uow: UnitOfWork) -> tuple[TrustedService, ...]:
    """Of every list that counts."""
    if uow.first(_ANY_LIST) is None:
        return ()
    return tuple(service_of(row, known_until) for row, known_until in uow.session.execute(_THAT_COUNT))


def service_of(row: TrustedServiceRow, known_until: datetime | None) -> TrustedService:
    """A row as the signing room knows it."""
    return TrustedService(
        certificate=row.certificate,
        purpose=Purpose(row.purpose),
        name=row.name,
        periods=periods_from_json(row.periods),
        known_until=known_until,
    )


def always(certificate: bytes, purpose: str) -> TrustedService:
    """An administrator's anchor for one purpose; while it counts, it counts for every time."""
    return TrustedService(certificate=certificate, purpose=Purpose(purpose), periods=(Period(BEGINNING),))


def refresh(office: Office, list_id: UUID) -> bool:
    """Fetch a list again and take what is new; whether there was anything. What fails is kept with the list.

    :raises NotFound: no such list in force
    :raises TrustedListUnusable: it has no address, gave no answer, or what came is not to be believed
    """
    with office.reading() as uow:
        row = _kept(uow, list_id)
        source, operators = row.source, row.operator_pem.encode()
    try:
        return _taken(office, list_id, Brought(fetched(source), operators, source))
    except TrustedListUnusable as error:
        _note(office, list_id, error)
        raise


def _taken(office: Office, list_id: UUID, brought: Brought) -> bool:
    found = read(brought, office.clock())
    with office.unit_of_work() as uow:
        row = _kept(uow, list_id)
        if row.territory != found.territory:
            raise TrustedListUnusable("kind", f"the address has the list of {found.territory} now")
        changed = put(uow, row, brought, found)
        close_incidents(uow, [subject_of(JOB, (str(list_id),))], "succeeded")
        if changed:
            details = {"sequence": found.sequence, "sha256": row.sha256, "services": len(found.services)}
            uow.audit.record("pki:list:refresh", actor="system", subject=str(list_id), details=details)
        uow.commit()
    return changed


def _kept(uow: UnitOfWork, list_id: UUID) -> TrustedListRow:
    row = uow.session.get(TrustedListRow, list_id)
    if row is None or row.removed_at is not None:
        raise NotFound("no such trusted list in force")
    return row


def refreshed(office: Office, list_id: UUID) -> str:
    """The job: what came of it. What failed is kept with the list, and told when it lasts."""
    try:
        return "new" if refresh(office, list_id) else "the same"
    except (TrustedListUnusable, NotFound) as error:
        return str(error)


def watch_lists(office: Office) -> int:
    """A job for every list that is to be looked at; how many. Asked each hour."""
    with office.unit_of_work() as uow:
        due = sa.select(TrustedListRow).where(
            TrustedListRow.removed_at.is_(None), TrustedListRow.next_look_at <= uow.now
        )
        rows = list(uow.session.execute(due.limit(MOST_AT_ONCE)).scalars())
        for row in rows:
            office.enqueue(uow.session, JOB, (str(row.id),), f"list:{row.id}:{row.next_look_at:%Y%m%d%H%M%S}")
        uow.commit()
    return len(rows)


def _note(office: Office, list_id: UUID, error: TrustedListUnusable) -> None:
    with office.unit_of_work() as uow:
        row = _kept(uow, list_id)
        row.tries, row.problem = row.tries + 1, str(error)
        row.next_look_at = uow.now + (AGAIN if row.source else EVERY)
        tries, passing = row.tries, error.reason == "address" and bool(row.source)
        ends = f" (it ends on {row.next_update:%Y-%m-%d})" if row.next_update else ""
        cause = f"the trusted list of {row.territory} was not refreshed{ends}: {error}"
        uow.commit()
    if tries >= PATIENT_TRIES or not passing:
        arguments = (str(list_id),)
        subject = subject_of(JOB, arguments)
        note_incident(office, Failure(kind="job", subject=subject, cause=cause, job=JOB, arguments=arguments))


def _next_look(now: datetime, next_update: datetime | None, *, fetched_again: bool) -> datetime | None:
    if fetched_again:
        return now + EVERY
    return None if next_update is None else max(next_update - WARNED, now + EVERY)


def _pem(certificates: tuple[x509.Certificate, ...]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in certificates)
