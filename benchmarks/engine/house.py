"""Karguzar's engine as its callers use it: a session, the engine's door, a commit."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from benchmarks.engine import model
from engine.deadlines import WorkingCalendar
from engine.service import DefinitionCache, Engine
from engine.tables import Base
from processes.database import create_engine
from processes.lasting import keep_for_good

NOW = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)
OPENING = {"body": "agency", "calendar": "AZ", "time_zone": "Asia/Baku", "language": "az", "case_number": "M-1"}


class House:
    """Cases of the measured process on one database."""

    def __init__(self, url: str) -> None:
        self.database = create_engine(url)
        Base.metadata.create_all(self.database)
        self._definitions = DefinitionCache()
        self._waiting: dict[tuple[UUID, str], UUID] = {}
        with Session(self.database) as session, session.begin():
            for package in model.packages():
                self._engine(session).deploy(package, by="designer")
        keep_for_good()

    def _engine(self, session: Session) -> Engine:
        return Engine(
            session,
            now=NOW,
            definitions=self._definitions,
            calendars=lambda code: WorkingCalendar(code, {}),
            scope_of=lambda _rule, variables: str(variables["body"]),
        )

    def start(self) -> UUID:
        """Begin a case; it waits at its first user task."""
        case = uuid4()
        with Session(self.database) as session, session.begin():
            advance = self._engine(session).start(model.PROCESS, instance_id=case, variables=OPENING, by="clerk")
        self._waiting.update({(case, item.element_id): item.id for item in advance.opened})
        return case

    def step(self, case: UUID, element: str, variables: Mapping[str, Any]) -> None:
        """Lock, restore, complete, compact, save, history, work items, timers, commit."""
        item = self._waiting.pop((case, element))
        with Session(self.database) as session, session.begin():
            advance = self._engine(session).complete(item, version=1, by="clerk", variables=variables)
        self._waiting.update({(case, one.element_id): one.id for one in advance.opened})

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()
