"""How often somebody has knocked at a public door, counted in the database: for all processes together.

Only doors that strangers reach are counted, and where it matters only their misses: a write each is affordable.
"""

import hashlib
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from processes.roster import database_time
from processes.tables import KnockRow

NEVER = datetime.fromtimestamp(0, UTC)


class Knocks:
    """Counters that end by themselves; who knocked is kept as a keyed hash only."""

    def __init__(self, database: sa.Engine, key: bytes) -> None:
        self._database = database
        self._key = key

    def count(self, door: str, seconds: int, times: int = 1) -> int:
        """Knock; how often it was in the span that is under way, which the first knock begins."""
        name = self._name(door)
        with self._database.begin() as connection:
            now = database_time(connection)
            ends_at = now + timedelta(seconds=seconds)
            over = KnockRow.ends_at <= now
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            first = insert(KnockRow).values(door=name, times=times, ends_at=ends_at)
            again = {
                "times": sa.case((over, times), else_=KnockRow.times + times),
                "ends_at": sa.case((over, first.excluded.ends_at), else_=KnockRow.ends_at),
            }
            counted = first.on_conflict_do_update(index_elements=["door"], set_=again).returning(KnockRow.times)
            return int(connection.execute(counted).scalar_one())

    def counted(self, door: str) -> int:
        """How often it was in the span that is under way."""
        return self._row(door)[0]

    def ends_at(self, door: str) -> datetime:
        """When the span ends that is under way; long ago, if none is."""
        return self._row(door)[1]

    def forget(self, door: str | None = None) -> int:
        """Begin anew for a door, or for all; how many counters there were."""
        doors = sa.true() if door is None else KnockRow.door == self._name(door)
        with self._database.begin() as connection:
            return connection.execute(sa.delete(KnockRow).where(doors)).rowcount

    def sweep(self) -> int:
        """Remove the counters whose span is over; how many."""
        with self._database.begin() as connection:
            return connection.execute(sa.delete(KnockRow).where(KnockRow.ends_at <= database_time(connection))).rowcount

    def _row(self, door: str) -> tuple[int, datetime]:
        with self._database.connect().execution_options(readonly=True) as connection:
            now = database_time(connection)
            query = sa.select(KnockRow.times, KnockRow.ends_at).where(
                KnockRow.door == self._name(door), KnockRow.ends_at > now
            )
            row = connection.execute(query).first()
            return (row.times, row.ends_at) if row else (0, NEVER)

    def _name(self, door: str) -> str:
        return hashlib.blake2b(door.encode(), key=self._key, digest_size=20, person=b"karguzar-knock").hexdigest()
