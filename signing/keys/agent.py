"""An agent on the officer's own computer that returns a complete CMS over WebSocket, as NCALayer does.

The officer's page asks it; this server makes the question and judges the answer (`Signing.complete_cms`). It never
talks to the agent itself.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from signing.errors import NotSignable
from signing.foreign import LARGEST, covered
from signing.keys import KINDS, StoreKind
from signing.request import PreparedSignature

MODULE = "kz.gov.pki.knca.basics"
LOCALES = {"kk": "kk", "ru": "ru", "en": "en"}
"""of the agent's own windows; Russian for others"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStore:
    """Where the page finds the agent, and how it is asked."""

    name: str
    url: str
    """ws:// or wss:// on the officer's own computer"""
    kind: StoreKind = KINDS["agent"]

    @property
    def sole_control(self) -> bool:
        """The key never leaves the officer's computer or card, and the agent asks the officer."""
        return self.kind.sole_control

    def question(self, prepared: PreparedSignature, *, language: str = "ru") -> dict[str, Any]:
        """What the page sends: a detached CMS over the document's covered bytes, by a certificate for signing."""
        return self.asked_over(covered(prepared), language=language)

    def asked_over(self, content: bytes, *, language: str = "ru") -> dict[str, Any]:
        """The same over other bytes: a challenge, when a certificate is enrolled."""
        return {
            "module": MODULE,
            "method": "sign",
            "args": {
                "allowedStorages": None,
                "format": "cms",
                "data": base64.b64encode(content).decode("ascii"),
                "signingParams": {"decode": "true", "encapsulate": "false", "digested": "false", "tsaProfile": None},
                "signerParams": {"extKeyUsageOids": [], "chain": []},
                "locale": LOCALES.get(language, "ru"),
            },
        }

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a page's content policy has to let through."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    def check(self) -> list[str]:
        """Nothing can be seen from here: the agent runs on officers' computers."""
        return []


def agent_cms(answer: Mapping[str, Any]) -> bytes:
    """The CMS in an agent's answer: `{"status": true, "body": {"result": …}}`, base64 or PEM, alone or in a list.

    :raises NotSignable: rule "shape": the officer cancelled, the agent failed, or it is of another form
    """
    if answer.get("status") is not True:
        reason = str(answer.get("message") or answer.get("code") or "it was cancelled")[:200]
        raise NotSignable("shape", f"the agent gave no signature: {reason}")
    body = answer.get("body")
    result = body.get("result") if isinstance(body, dict) else None
    if isinstance(result, list) and len(result) == 1:
        result = result[0]
    if not isinstance(result, str) or len(result) > 2 * LARGEST:
        raise NotSignable("shape", "the agent's answer holds no signature")
    lines = [line for line in result.split() if line and not line.startswith("-----")]
    text = "".join(line for line in lines if line not in {"CMS-----", "PKCS7-----"})
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotSignable("shape", "the agent's answer is no base64") from error
