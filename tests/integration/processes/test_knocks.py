"""Knocks at public doors are counted for all processes together."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from processes.knocks import Knocks
from processes.roster import database_time
from processes.tables import KnockRow

KEY = b"k" * 32


def test_two_processes_count_together(database: sa.Engine) -> None:
    one, other = Knocks(database, KEY), Knocks(database, KEY)
    assert [one.count("a", 60), other.count("a", 60), one.count("b", 60)] == [1, 2, 1]
    assert other.counted("a") == 2
    with database.connect() as connection:
        assert timedelta() < one.ends_at("a") - database_time(connection) <= timedelta(seconds=60)


def test_a_span_that_is_over_counts_from_one_again(database: sa.Engine) -> None:
    knocks = Knocks(database, KEY)
    knocks.count("a", 60)
    with database.begin() as connection:
        connection.execute(sa.update(KnockRow).values(ends_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert knocks.counted("a") == 0
    assert knocks.count("a", 60) == 1
    assert knocks.counted("a") == 1


def test_who_knocked_is_not_kept(database: sa.Engine) -> None:
    Knocks(database, KEY).count("LIMITER/192.0.2.7/verify", 60)
    with database.connect() as connection:
        kept = connection.execute(sa.select(KnockRow.door)).scalar_one()
    assert "192.0.2.7" not in kept
    assert len(kept) == 40


def test_what_is_over_is_swept(database: sa.Engine) -> None:
    knocks = Knocks(database, KEY)
    knocks.count("a", -1)
    knocks.count("b", 60)
    assert knocks.sweep() == 1
    assert knocks.counted("b") == 1
    assert knocks.forget() == 1
