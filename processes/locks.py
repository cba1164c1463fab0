"""Names that one process holds at a time: a worker's id, the ticker. A dead process holds none.

On SQLite all processes are on one machine and a file lock says it; on PostgreSQL they may be on many, and an advisory
lock of a session of its own does. Both end with the process that held them, however it died.
"""

import contextlib
import fcntl
import os
import threading
from pathlib import Path
from typing import Any, Protocol, TextIO

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from processes.settings import Settings

SPACE = "karguzar"
"""the advisory locks' own name space: the first of their two keys"""
KEEPALIVES = {"keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
"""of our end: a server that has vanished is noticed within ten seconds"""
SERVER_KEEPALIVES = ("tcp_keepalives_idle = 4", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3")
"""of the server's end: a machine that lost its power frees its locks within ten seconds, not within two hours"""


class LocksLost(Exception):
    """The connection that held the names is gone, and the names with it."""


class Locks(Protocol):
    """What a process holds among all processes of one office."""

    grace_seconds: float
    """how long a name that is free may still be a living process's, which is just connecting anew"""
    beat_seconds: float
    """how often whoever holds a name says that it is alive"""

    def take(self, name: str) -> bool:
        """Whether the name is this process's, now or already.

        :raises LocksLost: nothing is held any more; the next call connects anew
        """
        ...

    def release(self, name: str) -> None:
        """Give a name back; one that is not held stays as it is."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class FileLocks:
    """Locked files in a folder of the home; each says whose process it is."""

    grace_seconds = 0.0
    beat_seconds = 10.0

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._files: dict[str, TextIO] = {}

    def take(self, name: str) -> bool:
        """Lock the file of this name."""
        if name in self._files:
            return True
        file = (self._directory / f"{name}.lock").open("a", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._files[name] = file
        return True

    def release(self, name: str) -> None:
        """Unlock the file of this name."""
        if file := self._files.pop(name, None):
            file.close()

    def close(self) -> None:
        """Unlock every file."""
        for name in list(self._files):
            self.release(name)


class AdvisoryLocks:
    """Advisory locks of one PostgreSQL session, which is this object's alone."""

    grace_seconds = 6.0
    beat_seconds = 2.0

    def __init__(self, url: str) -> None:
        self._engine = session_engine(url)
        self._connection: sa.Connection | None = None
        self._held: set[str] = set()
        self._turn = threading.Lock()

    def take(self, name: str) -> bool:
        """Lock the name, in the server."""
        with self._turn:
            if name in self._held:
                # a lock is worth what its session is: asked, it says whether it is there
                self._ask(sa.select(1))
                return True
            if self._ask(sa.select(sa.func.pg_try_advisory_lock(*_keys(name)))):
                self._held.add(name)
                return True
            return False

    def release(self, name: str) -> None:
        """Unlock the name, in the server."""
        with self._turn:
            if name in self._held:
                self._held.discard(name)
                self._ask(sa.select(sa.func.pg_advisory_unlock(*_keys(name))))

    def close(self) -> None:
        """Give everything back and end the session.

        The server, too, gives back what a session held that has ended, but only a moment after its end.
        """
        with self._turn:
            if self._held:
                with contextlib.suppress(LocksLost):
                    self._ask(sa.select(sa.func.pg_advisory_unlock_all()))
            self._drop()
        self._engine.dispose()

    def _ask(self, question: sa.Select[Any]) -> Any:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            return self._connection.scalar(question)
        except DBAPIError as error:
            self._drop()
            raise LocksLost from error

    def _drop(self) -> None:
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def session_engine(url: str) -> sa.Engine:
    """An engine whose connections are sessions of their own, kept open, each statement a transaction."""
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=KEEPALIVES)

    @sa.event.listens_for(engine, "connect")
    def _keep_alive(connection: Any, _record: Any) -> None:
        for setting in SERVER_KEEPALIVES:
            connection.execute(f"SET {setting}")
        connection.commit()

    return engine


def _keys(name: str) -> tuple[sa.Function[Any], sa.Function[Any]]:
    return sa.func.hashtext(SPACE), sa.func.hashtext(name)


def open_locks(settings: Settings) -> Locks:
    """The locks of an office's processes: by files beside a SQLite database, else in the server."""
    if settings.url.startswith("sqlite"):
        return FileLocks(settings.home / "locks")
    return AdvisoryLocks(settings.url)
