"""One installation, put together: what every use case is given first."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.blobs import BlobStore
from archive.service import Archive
from engine.deadlines import WorkingCalendar
from engine.service import DefinitionCache, Engine
from processes.clock import Clock
from processes.database import readonly
from processes.documents import DocumentRenderer
from processes.key_stores import KeyStores
from processes.keyring import KeyRing
from processes.knocks import Knocks
from processes.organisation import role_scope
from processes.queries.engine_rows import working_calendar
from processes.settings import Settings
from processes.unit_of_work import UnitOfWork
from processes.validating import Validator
from signing.service import Signing


@dataclass(slots=True, kw_only=True)
class Office:
    """The rooms of one installation and its clock, keys and database."""

    settings: Settings
    database: sa.Engine
    clock: Clock
    blobs: BlobStore
    keys: KeyRing
    key_stores: KeyStores = field(default_factory=KeyStores)
    """the key stores that are set up, and what signatures the office takes"""
    signing: Signing
    renderer: DocumentRenderer
    validator: Validator
    """judges files of strangers, apart"""
    definitions: DefinitionCache
    enqueue: Callable[[Session, str, tuple[str, ...], str], None]
    """(session, workflow, arguments, id): a job in the caller's transaction; the same id again does nothing"""

    @property
    def knocks(self) -> Knocks:
        """The counters of the public doors."""
        return Knocks(self.database, self.keys.lookup_key)

    def unit_of_work(self) -> UnitOfWork:
        """A transaction of its own; leave it without `commit()` and nothing has happened."""
        return self._unit(Session(self.database, expire_on_commit=False), own=True)

    def joined(self, session: Session) -> UnitOfWork:
        """The transaction of a job: flushes only."""
        return self._unit(session, own=False)

    def _unit(self, session: Session, *, own: bool) -> UnitOfWork:
        now = self.clock()
        return UnitOfWork(session, now=now, engine=self._engine, archive=self._archive, own=own)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A unit of work that takes no write lock; PostgreSQL refuses what writes in it."""
        session = Session(readonly(self.database), expire_on_commit=False)
        with self._unit(session, own=True) as uow:
            yield uow
            # psycopg forgets the statements it has prepared at a ROLLBACK; an object changed by mistake is not written
            session.expunge_all()
            session.commit()

    def _engine(self, session: Session, now: datetime) -> Engine:
        def scope_of(rule: str, variables: Mapping[str, Any]) -> str:
            return role_scope(session, rule, variables)

        def calendars(code: str) -> WorkingCalendar:
            return working_calendar(session, code)

        return Engine(session, now=now, definitions=self.definitions, calendars=calendars, scope_of=scope_of)

    def _archive(self, session: Session, now: datetime) -> Archive:
        return Archive(session, blobs=self.blobs, now=now)

    def close(self) -> None:
        """Let go of worker processes and connections."""
        self.renderer.close()
        self.validator.close()
        self.database.dispose()
