"""The office's clock: real time plus an offset that its database keeps."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from processes.clock import Clock, real_time
from processes.errors import ConfigurationError
from processes.tables import ClockRow

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MARCH = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)


@pytest.fixture
def database() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    sa.Table.create(ClockRow.metadata.tables["process_clock"], engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock(database: sa.Engine) -> Clock:
    return Clock(database, real=lambda: NOW)


def test_it_tells_real_time_until_it_is_set(clock: Clock) -> None:
    assert clock() == NOW
    assert clock.offset == timedelta()


def test_an_instant_is_aware_and_in_utc() -> None:
    assert real_time().utcoffset() == timedelta()


def test_set_to_the_past_it_runs_on_from_there(database: sa.Engine) -> None:
    real = [NOW]
    clock = Clock(database, real=lambda: real[0])
    clock.set_to(MARCH)
    assert clock() == MARCH
    real[0] += timedelta(hours=2)
    assert clock() == MARCH + timedelta(hours=2)


def test_the_offset_survives_a_restart(clock: Clock, database: sa.Engine) -> None:
    clock.set_to(MARCH)
    assert Clock(database, real=lambda: NOW)() == MARCH
    clock.return_to_present()
    assert Clock(database, real=lambda: NOW)() == NOW
    with database.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(ClockRow)) == 1


def test_another_process_follows_within_a_second(
    clock: Clock, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Clock(database, real=lambda: NOW)
    assert other() == NOW
    clock.set_to(MARCH)
    monkeypatch.setattr(other, "_read_at", float("-inf"))
    assert other() == MARCH


def test_it_is_never_set_to_the_future(clock: Clock) -> None:
    with pytest.raises(ConfigurationError, match="future"):
        clock.set_to(NOW + timedelta(microseconds=1))
    clock.set_to(NOW)
    assert clock() == NOW
