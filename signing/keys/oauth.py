"""Access tokens of a remote service: from a file that somebody else renews, or by OAuth 2.0 client credentials."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol

from signing.errors import StoreFailed
from signing.keys.services import JsonService, ServiceRefused

MARGIN_SECONDS = 30.0
"""before a token ends it is asked for anew"""
LIFETIME_SECONDS = 300.0
"""of a token that does not say how long it lasts"""
LONGEST_SECONDS = 86_400.0


class AccessTokens(Protocol):
    """Where a store gets the token that each question to its service carries."""

    def token(self) -> str:
        """The token. :raises StoreFailed: there is none to be had"""
        ...

    def renew(self) -> bool:
        """The service does not take it any more; whether another one may be had at once."""
        ...

    def check(self) -> list[str]:
        """What keeps tokens from being had, without asking the service."""
        ...


@dataclass(frozen=True, slots=True)
class TokenFile:
    """A file with the token; read anew each time, so that whatever renews it may just write it."""

    where: str
    """the store as messages name it"""
    file: Path

    def token(self) -> str:
        """What stands in the file."""
        return _secret(self.where, self.file, "access token")

    def renew(self) -> bool:
        """Only somebody else can."""
        return False

    def check(self) -> list[str]:
        """Whether it is there, and nobody else's to read."""
        return _seen(self.where, self.file, "access token")


@dataclass(slots=True, eq=False)
class ClientCredentials:
    """The office itself is the client (RFC 6749, 4.4; CSC API, `oauth2/token`); the token is kept in memory only."""

    service: JsonService
    """the base address of the service's OAuth 2.0, before /oauth2/token"""
    client_id: str
    secret_file: Path
    elapsed: Callable[[], float] = time.monotonic
    """seconds"""
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _turn: Lock = field(default_factory=Lock, repr=False)

    def token(self) -> str:
        """The token; asked for when there is none, or it ends soon."""
        with self._turn:
            if not self._token or self.elapsed() >= self._until:
                self._ask()
            return self._token

    def renew(self) -> bool:
        """Forget it."""
        with self._turn:
            self._token = ""
        return True

    def check(self) -> list[str]:
        """Whether the secret is there, and nobody else's to read; whether the way there is closed to others."""
        found = _seen(self._where, self.secret_file, "client secret")
        if not self.service.url.startswith("https://"):
            found.append(f"{self._where}: not https; whoever is on the way sees the client secret")
        return found

    def secret(self) -> str:
        """The client's. :raises StoreFailed: it cannot be read"""
        return _secret(self._where, self.secret_file, "client secret")

    def _ask(self) -> None:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.secret(),
        }
        try:
            answer = self.service.form("oauth2/token", asked)
        except ServiceRefused as error:
            do = "see client_id and the client secret, or ask who runs the service"
            raise StoreFailed(self._where, f"it gives this office no access token ({error})", do) from error
        token, kind = answer.get("access_token"), str(answer.get("token_type") or "")
        if not isinstance(token, str) or not token or kind.casefold() != "bearer":
            raise StoreFailed(self._where, "it gives no access token of the kind Bearer", "ask who runs the service")
        self._token, self._until = token, self.elapsed() + _lifetime(answer.get("expires_in")) - MARGIN_SECONDS

    @property
    def _where(self) -> str:
        return f"{self.service.name} ({self.service.url})"


def _lifetime(told: object) -> float:
    try:
        return min(max(float(str(told)), 0.0), LONGEST_SECONDS)
    except ValueError:
        return LIFETIME_SECONDS


def _secret(where: str, file: Path, what: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreFailed(where, f"the {what} cannot be read", f"write the service's {what} into {file}") from error


def _seen(where: str, file: Path, what: str) -> list[str]:
    if not file.is_file():
        return [f"{where}: there is no {file}; write the service's {what} into it"]
    readable = file.stat().st_mode & 0o077
    return [f"{where}: {file} is readable for others; make it 0600"] if readable else []
