"""The office's clock: real time plus an offset kept in the database, for rehearsals and the tour."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from processes.errors import ConfigurationError
from processes.tables import ClockRow

REFRESH_SECONDS = 1.0
"""how long another process may go on with an offset that has been changed"""


def real_time() -> datetime:
    """The machine's time, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


class Clock:
    """Tells the office's time; calling it returns an aware UTC instant."""

    def __init__(self, engine: sa.Engine, *, real: Callable[[], datetime] = real_time) -> None:
        self._engine = engine
        self._real = real
        self._offset = timedelta()
        self._read_at = float("-inf")

    def __call__(self) -> datetime:
        """The office's now."""
        return self._real() + self.offset

    @property
    def offset(self) -> timedelta:
        """How far the office's time is from real time; read again at most once a second."""
        if time.monotonic() - self._read_at > REFRESH_SECONDS:
            self._read()
        return self._offset

    def _read(self) -> None:
        with self._engine.connect().execution_options(readonly=True) as connection:
            seconds = connection.scalar(sa.select(ClockRow.offset_seconds).where(ClockRow.id == 1))
            connection.commit()  # psycopg forgets what it has prepared at a ROLLBACK
        self._offset = timedelta(seconds=seconds or 0.0)
        self._read_at = time.monotonic()

    def set_to(self, moment: datetime) -> None:
        """Move the office's time to `moment`, never past real time.

        :raises ConfigurationError: it would lie in the future
        """
        offset = moment - self._real()
        if offset > timedelta():
            raise ConfigurationError(f"the office's clock must not be set to the future ({moment.isoformat()})")
        self._write(offset)

    def return_to_present(self) -> None:
        """Back to real time."""
        self._write(timedelta())

    def _write(self, offset: timedelta) -> None:
        row = {"offset_seconds": offset.total_seconds()}
        with self._engine.begin() as connection:
            changed = connection.execute(sa.update(ClockRow).where(ClockRow.id == 1).values(row))
            if not changed.rowcount:
                connection.execute(sa.insert(ClockRow).values(id=1, **row))
        self._offset = offset
        self._read_at = time.monotonic()
