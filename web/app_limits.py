"""How often one address may knock at the public doors; counted in the database, for all processes together."""

from flask import Response, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy.exc import DBAPIError

from processes.knocks import Knocks
from processes.office import Office
from web.current import EXTENSION


class DatabaseStorage(Storage):
    """Flask-Limiter's counters in the office's database. Fixed windows only."""

    STORAGE_SCHEME = ["karguzar"]  # noqa: RUF012 as its base declares it

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the database may raise."""
        return DBAPIError

    @property
    def _knocks(self) -> Knocks:
        office: Office = current_app.extensions[EXTENSION]
        return office.knocks

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """One knock more."""
        return self._knocks.count(key, expiry, amount)

    def get(self, key: str) -> int:
        """How many knocks there were."""
        return self._knocks.counted(key)

    def get_expiry(self, key: str) -> float:
        """When they are forgotten, in seconds since the epoch."""
        return self._knocks.ends_at(key).timestamp()

    def check(self) -> bool:
        """Whether the database answers."""
        self._knocks.counted("")
        return True

    def reset(self) -> int | None:
        """Forget all knocks."""
        return self._knocks.forget()

    def clear(self, key: str) -> None:
        """Forget the knocks at one door."""
        self._knocks.forget(key)


limiter = Limiter(get_remote_address, storage_uri="karguzar://", headers_enabled=False)
UNKNOWN_CODES = "10 per minute; 60 per hour"
"""guesses of a code with 60 random bits; known codes are not counted"""


def not_found(response: Response) -> bool:
    """Only misses count: a citizen may look as often as they like."""
    return response.status_code == 404  # noqa: PLR2004
