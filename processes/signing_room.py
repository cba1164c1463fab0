"""Puts the signing room together: the clock, the office's trust, and the authorities it asks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from processes.errors import ConfigurationError
from processes.keyring import KeyRing
from processes.office import Office
from processes.settings import Settings
from processes.tables import CertificateRow, RevocationCacheRow
from processes.trust import current_lists, trust_store
from signing.authorities import HttpTimestamper, HttpTransport, InProcess, KeptData, RevocationSource, Timestamper
from signing.authority import PilotResponder, Revoked
from signing.request import SignatureLevel
from signing.service import Signing


def signing_room(
    settings: Settings, database: sa.Engine, keys: KeyRing, clock: Callable[[], datetime], office: Callable[[], Office]
) -> Signing:
    """The room that signs and raises levels.

    What the pilot authority publishes is answered in this process; other authorities are asked over HTTP.

    :param office: asked at each signature: a certificate revoked a minute ago signs nothing more
    :raises ConfigurationError: no such level
    """
    wanted_level(settings)
    http = HttpTransport(patience=float(settings.fetch_seconds))
    doors = {
        "/issuing.crl": lambda _: current_lists(office())["issuing"],
        "/root.crl": lambda _: current_lists(office())["root"],
        "/ocsp": lambda request: ocsp_responder(office()).respond(request),
    }
    timestamper: Timestamper = keys.authority.timestamper(clock)
    if settings.tsa_url:
        timestamper = HttpTimestamper(settings.tsa_url, http)
    return Signing(
        clock=clock,
        timestamper=timestamper,
        trust=lambda: trust_store(office()),
        revocation=RevocationSource(InProcess(keys.authority.url, doors, http), SharedCache(database)),
    )


def wanted_level(settings: Settings) -> SignatureLevel:
    """The level every signed document is raised to.

    :raises ConfigurationError: no such level
    """
    try:
        return SignatureLevel(settings.level)
    except ValueError as error:
        known = ", ".join(SignatureLevel)
        raise ConfigurationError(f"level {settings.level!r} is not known; there are {known}") from error


def level_at_once(settings: Settings) -> SignatureLevel:
    """What a signature is made at: with a timestamp, unless this office wants none."""
    return min(wanted_level(settings), SignatureLevel.B_T, key=lambda level: level.rank)


def ocsp_responder(office: Office) -> PilotResponder:
    """The pilot authority's responder, which knows the certificates this office has issued."""

    def status_of(serial: str) -> Revoked | bool:
        with office.reading() as uow:
            row = uow.session.execute(
                sa.select(CertificateRow.revoked_at, CertificateRow.revocation_reason).where(
                    CertificateRow.serial == serial
                )
            ).first()
        if row is None:
            return False
        # a rehearsal may look at a time before the revocation
        if row.revoked_at is None or row.revoked_at > office.clock():
            return True
        return Revoked(serial=serial, at=row.revoked_at, reason=row.revocation_reason or "unspecified")

    return office.keys.authority.responder(status_of, office.clock)


class SharedCache:
    """A `RevocationCache` in the database: one fetch serves all workers."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database

    def find(self, source: str) -> KeptData | None:
        """The newest data of a source."""
        query = sa.select(RevocationCacheRow.data, RevocationCacheRow.issued_at, RevocationCacheRow.ends_at)
        with self._database.connect().execution_options(readonly=True) as connection:
            row = connection.execute(query.where(RevocationCacheRow.source == source)).first()
        return None if row is None else KeptData(row.data, row.issued_at, row.ends_at)

    def keep(self, source: str, data: KeptData) -> None:
        """Replace what is kept of a source."""
        values: dict[str, Any] = {"data": data.der, "issued_at": data.issued_at, "ends_at": data.ends_at}
        with self._database.begin() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            kept = insert(RevocationCacheRow).values(source=source, **values)
            connection.execute(kept.on_conflict_do_update(index_elements=["source"], set_=values))
