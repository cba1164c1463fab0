"""Asking authorities over HTTP: within a time and a size, and not again at once after a failure."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from signing.errors import FetchFailed

PATIENCE_SECONDS = 10.0
"""from the first byte sent to the last one read, however slowly they come"""
LARGEST = 10 * 1024 * 1024
"""bytes of an answer: a revocation list of a hundred thousand entries"""
PAUSE_SECONDS = 30.0
"""how long a host that failed is not asked again: an outage must not cost each signature its patience"""
_OK = 200


class Transport(Protocol):
    """How authorities are asked: over HTTP, or in this process."""

    def get(self, url: str) -> bytes:
        """The body at an address.

        :raises FetchFailed: no usable answer in time
        """
        ...

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """The answer to a body.

        :raises FetchFailed: no usable answer in time
        """
        ...


@dataclass(slots=True)
class HttpTransport:
    """A `Transport` over HTTP or HTTPS. Thread-safe. Follows no redirection: an authority's address is in its
    certificates.
    """

    patience: float = PATIENCE_SECONDS
    largest: int = LARGEST
    pause: float = PAUSE_SECONDS
    monotonic: Callable[[], float] = time.monotonic
    _resting: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)
    """hosts that failed: until when they are left alone, and why"""

    def get(self, url: str) -> bytes:
        """The body at an address."""
        return self._asked("GET", url, None, {})

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """The answer to a body."""
        return self._asked("POST", url, body, {"Content-Type": content_type})

    def _asked(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise FetchFailed(f"{url}: only http and https addresses are asked")
        until, why = self._resting.get(parts.netloc, (0.0, ""))
        if self.monotonic() < until:
            raise FetchFailed(f"{parts.netloc} failed a moment ago: {why}")
        try:
            answer = self._exchange(method, parts, body, headers)
        except (OSError, http.client.HTTPException, ValueError, FetchFailed) as error:
            reason = str(error) or type(error).__name__
            self._resting[parts.netloc] = (self.monotonic() + self.pause, reason)
            raise FetchFailed(f"{url}: {reason}") from error
        self._resting.pop(parts.netloc, None)
        return answer

    def _exchange(self, method: str, parts: SplitResult, body: bytes | None, headers: dict[str, str]) -> bytes:
        connection = self._connection(parts)
        # a socket's own timeout begins anew with each byte: an answer that drips would never end
        timer: threading.Timer | None = None
        try:
            connection.connect()
            timer = threading.Timer(self.patience, _hang_up, [connection.sock])
            timer.daemon = True
            timer.start()
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body=body, headers={**headers, "User-Agent": "karguzar"})
            response = connection.getresponse()
            if response.status != _OK:
                raise FetchFailed(f"answered {response.status} {response.reason}")
            answer = response.read(self.largest + 1)
            if len(answer) > self.largest:
                raise FetchFailed(f"answered more than {self.largest} bytes")
            if response.length:
                raise FetchFailed(f"broke off after {len(answer)} bytes")
            return answer
        finally:
            if timer is not None:
                timer.cancel()
            connection.close()

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, parts.port, timeout=self.patience, context=context)
        return http.client.HTTPConnection(host, parts.port, timeout=self.patience)


@dataclass(frozen=True, slots=True)
class InProcess:
    """A `Transport` that answers below one address by itself and asks another one for everything else."""

    base: str
    doors: Mapping[str, Callable[[bytes], bytes]]
    """by path below the base: what answers a body; empty for a GET"""
    elsewhere: Transport

    def get(self, url: str) -> bytes:
        """The body at an address."""
        door = self._door(url)
        return door(b"") if door else self.elsewhere.get(url)

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """The answer to a body."""
        door = self._door(url)
        return door(body) if door else self.elsewhere.post(url, body, content_type)

    def _door(self, url: str) -> Callable[[bytes], bytes] | None:
        return self.doors.get(url.removeprefix(self.base)) if url.startswith(self.base) else None


def _hang_up(connected: socket.socket) -> None:
    """End an exchange that lasts too long: whoever reads gets an error at once."""
    with suppress(OSError):
        # closed meanwhile: it has ended by itself
        connected.shutdown(socket.SHUT_RDWR)
