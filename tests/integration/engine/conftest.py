"""An engine on the test's database, at an instant the test chooses."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.deadlines import WorkingCalendar
from engine.service import DefinitionCache, Engine

NOW = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)
Office = Callable[..., AbstractContextManager[Engine]]


def scope_of(rule: str, variables: Mapping[str, Any]) -> str:
    return str(variables["body"]) if rule == "case" else f"body of {rule}"


@pytest.fixture
def definitions() -> DefinitionCache:
    return DefinitionCache()


@pytest.fixture
def office(database: sa.Engine, definitions: DefinitionCache) -> Office:
    """`with office(now) as engine:` is one committed transaction."""

    @contextmanager
    def transaction(now: datetime = NOW) -> Iterator[Engine]:
        with Session(database) as session, session.begin():
            yield Engine(
                session,
                now=now,
                definitions=definitions,
                calendars=lambda code: WorkingCalendar(code, {}),
                scope_of=scope_of,
            )

    return transaction
