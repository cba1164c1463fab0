"""JSON services over HTTP: within a time and a size, redirections not followed, errors that say what to do."""

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from signing.errors import StoreFailed

PATIENCE_SECONDS = 20.0
"""for each answer; an HSM behind a service takes a second or two"""
LARGEST = 1024 * 1024
"""bytes of an answer"""
_OK = 200
_UNAUTHORISED = frozenset({401, 403})
_SERVER_ERROR = 500


class TokenRefused(StoreFailed):
    """The service does not take the access token."""


class ServiceRefused(Exception):
    """The service understood and said no."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error
        """its own word for it, such as invalid_pin"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonService:
    """One service below one address."""

    name: str
    """as messages call it"""
    url: str
    """https://…, without a slash at its end"""
    patience: float = PATIENCE_SECONDS
    context: ssl.SSLContext | None = field(default=None, repr=False)
    """whom to trust; None: the system's authorities"""

    def post(self, path: str, body: Mapping[str, Any], *, token: str = "") -> dict[str, Any]:
        """The JSON object that answers a JSON object.

        :raises ServiceRefused: 400, with the service's own reason
        :raises StoreFailed: no usable answer
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "karguzar"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._answered(path, *self._exchange(path, json.dumps(body).encode(), headers))

    def form(self, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """The JSON object that answers a form, as OAuth 2.0 has them; raises as `post` does."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "User-Agent": "karguzar",
        }
        status, answer = self._exchange(path, urlencode(fields).encode(), headers)
        content = _object(answer)
        if status in _UNAUTHORISED and content is not None and "error" in content:
            raise ServiceRefused(str(content["error"]), str(content.get("error_description") or ""))  # RFC 6749, 5.2
        return self._answered(path, status, answer)

    def _answered(self, path: str, status: int, answer: bytes) -> dict[str, Any]:
        content = _object(answer)
        if status == _OK:
            if content is None:
                raise self._failed("its answer is no JSON object", "see whether the address is right")
            return content
        if status in _UNAUTHORISED:
            what, do = f"it does not know this office ({status})", "see `token_file`, or `client_id` and its secret"
            raise TokenRefused(f"{self.name} ({self.url})", what, do)
        if status < _SERVER_ERROR and content is not None and "error" in content:
            raise ServiceRefused(str(content["error"]), str(content.get("error_description") or ""))
        raise self._failed(f"it answers {status} to {path}", "try again; if it stays, ask who runs the service")

    def _exchange(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        connection = self._connection(parts)
        try:
            connection.request("POST", f"{parts.path}/{path}", body=body, headers=dict(headers))
            response = connection.getresponse()
            answer = response.read(LARGEST + 1)
        except TimeoutError as error:
            raise self._failed(f"no answer within {self.patience:.0f} s", "try again") from error
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise self._failed(f"it cannot be reached ({reason})", "try again; see address and network") from error
        finally:
            connection.close()
        if len(answer) > LARGEST:
            raise self._failed(f"it answers more than {LARGEST} bytes", "see whether the address is right")
        return response.status, answer

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = self.context or ssl.create_default_context()
            return http.client.HTTPSConnection(host, parts.port, timeout=self.patience, context=context)
        return http.client.HTTPConnection(host, parts.port, timeout=self.patience)

    def _failed(self, what: str, do: str) -> StoreFailed:
        return StoreFailed(f"{self.name} ({self.url})", what, do)


def _object(answer: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(answer)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
