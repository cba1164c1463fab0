"""Remote signing where the signer consents on the service's own page (CSC API v2, 8.4; OAuth 2.0 authorization code).

The officer is led there with the hash of this one signature, and comes back with a code. State and PKCE (RFC 7636) bind
the code to the question; this server exchanges it for an authorisation of that hash alone. What opens the key, the
officer tells the service only.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from signing.algorithms import Mechanism, ecdsa_der, mechanism_of, public_key_of
from signing.cms import load_certificate
from signing.errors import StoreFailed
from signing.keys import KINDS, KeyEntry, StoreKind
from signing.keys.csc import BEFORE, CscStore
from signing.keys.oauth import ClientCredentials
from signing.keys.services import ServiceRefused

_RANDOM = 32
"""bytes of a state and of a verifier"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an officer was led away with; kept beside the document until they come back."""

    state: str
    """comes back as it was: whoever comes back with another was not led away with this"""
    verifier: str = field(repr=False)
    """told to the service only when the code is exchanged (PKCE)"""

    @classmethod
    def new(cls) -> "Question":
        """A fresh one."""
        return cls(state=secrets.token_urlsafe(_RANDOM), verifier=secrets.token_urlsafe(_RANDOM))

    def means(self, state: str) -> bool:
        """Whether it is this one's."""
        return hmac.compare_digest(self.state.encode(), state.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStore:
    """A remote signing service whose credentials are of the mode oauth2code."""

    name: str
    remote: CscStore
    client: ClientCredentials = field(repr=False)
    """this office as the service's client; the secret also exchanges codes"""
    kind: StoreKind = KINDS["consent"]

    @property
    def sole_control(self) -> bool:
        """As long as only SCAL2 is taken: the code is for one hash."""
        return self.remote.sole_control

    def address(self, entry: KeyEntry, to_be_signed: bytes, question: Question, *, back: str) -> str:
        """Where the officer is led (oauth2/authorize).

        :param back: this office's own address, as the service knows it of its client
        """
        mechanism = _mechanism(entry)
        digest = base64.urlsafe_b64encode(mechanism.hashed(to_be_signed)).decode("ascii")
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": back,
            "scope": "credential",
            "state": question.state,
            "code_challenge": _challenge(question.verifier),
            "code_challenge_method": "S256",
            "credentialID": entry.reference,
            "numSignatures": "1",
            **self._named(digest, mechanism),
        }
        return f"{self.client.service.url}/oauth2/authorize?{urlencode(asked)}"

    def value(self, entry: KeyEntry, to_be_signed: bytes, question: Question, *, code: str, back: str) -> bytes:
        """The signature value that the code stands for: oauth2/token, then signatures/signHash.

        :raises StoreFailed: the service takes the code no more, or gives no signature; the officer is led there anew
        """
        credential = self.remote.credential(entry.reference)
        if credential.entry.certificate != entry.certificate:
            raise StoreFailed(self._where, "the key has another certificate by now", "enrol the certificate again")
        token, kind = self._exchanged(code, question, back)
        mechanism = _mechanism(entry)
        digest = mechanism.hashed(to_be_signed)
        if kind == "sad":
            value = self.remote.activated(credential, mechanism, digest, {"SAD": token})
        else:
            value = self.remote.activated(credential, mechanism, digest, {}, token)
        return ecdsa_der(public_key_of(load_certificate(entry.certificate)), value)

    def check(self) -> list[str]:
        """What keeps it from working, without asking the service."""
        return list(dict.fromkeys([*self.remote.check(), *self.client.check()]))

    def _exchanged(self, code: str, question: Question, back: str) -> tuple[str, str]:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self.client.client_id,
            "client_secret": self.client.secret(),
            "code_verifier": question.verifier,
        }
        try:
            answer = self.client.service.form("oauth2/token", asked)
        except ServiceRefused as error:
            raise StoreFailed(self._where, f"it does not take the code ({error})", "ask it once more") from error
        token, kind = answer.get("access_token"), str(answer.get("token_type") or "").casefold()
        if not isinstance(token, str) or not token or kind not in {"sad", "bearer"}:
            raise StoreFailed(self._where, "it gives no authorisation for the code", "ask who runs the service")
        return token, kind

    def _named(self, digest: str, mechanism: Mechanism) -> Mapping[str, str]:
        if self.remote.version == BEFORE:
            return {"hash": digest}
        return {"hashes": digest, "hashAlgorithmOID": mechanism.digest_oid}

    @property
    def _where(self) -> str:
        return self.remote.where


def _mechanism(entry: KeyEntry) -> Mechanism:
    return mechanism_of(public_key_of(load_certificate(entry.certificate)))


def _challenge(verifier: str) -> str:
    """RFC 7636, 4.2."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
