"""Remote signing by the API of the Cloud Signature Consortium, version 2 (and 1.0.4, which names things otherwise).

Each authorisation is bound to the very hash it is for (SCAL2): what the service activates signs this document and no
other. A certificate's reference is the credentialID.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from signing.algorithms import Mechanism, PublicKey, ecdsa_der, mechanism_of, public_key_of
from signing.cms import load_certificate
from signing.errors import CertificateUnusable, StoreFailed, WrongPin
from signing.keys import KINDS, KeyEntry, StoreKind
from signing.keys.oauth import AccessTokens
from signing.keys.services import JsonService, ServiceRefused, TokenRefused

WRONG_SECRET = frozenset({"invalid_pin", "invalid_otp", "invalid_auth_data"})
BARE_KEYS = {True: "1.2.840.113549.1.1.1", False: "1.2.840.10045.2.1"}
"""rsaEncryption, ecPublicKey: of services that name key and digest apart"""
LATEST, BEFORE = 2, 1
ON_ITS_PAGE = "oauth2code"
"""how a credential is authorised whose signer is asked on the service's own page"""
SOLE = 2
"""SCAL of EN 419 241-1: 2 binds each authorisation to what is signed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A key of the service, as credentials/info describes it."""

    entry: KeyEntry
    algorithms: frozenset[str]
    scal: int
    asks_for: tuple[str, ...]
    """what an authorisation needs of the signer: PIN, OTP, both or nothing"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CscKey:
    """A `SigningKey` at the service: each signature is authorised for its own hash."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    store: "CscStore" = field(repr=False)
    credential: Credential = field(repr=False)
    public_key: PublicKey = field(repr=False)
    _secret: str = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """The signature value over `data`.

        :raises WrongPin: the service does not take PIN or one-time password
        :raises StoreFailed: it gave no signature
        """
        mechanism = mechanism_of(self.public_key)
        value = self.store.signed(self.credential, mechanism, mechanism.hashed(data), self._secret)
        return ecdsa_der(self.public_key, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CscStore:
    """A `KeyStore` over one remote signing service."""

    name: str
    service: JsonService
    tokens: AccessTokens = field(repr=False)
    """the access token of this office"""
    version: int = LATEST
    scal: int = SOLE
    """1: credentials are taken whose authorisation is not bound to a hash; then there is no sole control"""
    consents: bool = False
    """credentials are those whose signer is asked on the service's own page, see `signing.keys.consent`"""
    kind: StoreKind = KINDS["csc"]

    @property
    def sole_control(self) -> bool:
        """As long as only SCAL2 is taken."""
        return self.scal >= SOLE

    @property
    def where(self) -> str:
        """The store as messages name it."""
        return f"{self.service.name} ({self.service.url})"

    @contextmanager
    def open(self, entry: KeyEntry, secret: str) -> Iterator[CscKey]:
        """The key of a credential. PIN and one-time password, where both are asked for, are typed with a space between.

        :raises StoreFailed: no answer, no such credential, disabled, another certificate, or a lower SCAL
        """
        credential = self.credential(entry.reference)
        if credential.entry.certificate != entry.certificate:
            raise self._failed(entry.reference, "it has another certificate by now", "enrol the certificate again")
        yield CscKey(
            certificate=entry.certificate,
            chain=entry.chain,
            store=self,
            credential=credential,
            public_key=public_key_of(load_certificate(entry.certificate)),
            _secret=secret,
        )

    def listed(self, user: str = "") -> list[KeyEntry]:
        """The credentials this office, or one of its users, may sign with; those that cannot be used are left out."""
        answer = self._asked("credentials/list", {"userID": user} if user else {})
        found = []
        for reference in answer.get("credentialIDs") or ():
            try:
                found.append(self.credential(str(reference)).entry)
            except (StoreFailed, CertificateUnusable):
                continue
        return found

    def credential(self, reference: str) -> Credential:
        """One credential with its certificates.

        :raises StoreFailed: none, disabled, or of a lower SCAL than is set up
        """
        body = {"credentialID": reference, "certificates": "chain"}
        try:
            answer = self._asked("credentials/info", body)
            key, chain = answer["key"], [_bytes(one) for one in answer["cert"]["certificates"]]
            credential = Credential(
                entry=KeyEntry(certificate=chain[0], chain=tuple(chain[1:]), reference=reference),
                algorithms=frozenset(str(one) for one in key["algo"]),
                scal=int(answer.get("SCAL") or 1),
                asks_for=self._asks_for(reference, answer),
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self._failed(
                reference, "its answer is not as the CSC API says", "ask who runs the service"
            ) from error
        if key.get("status") != "enabled":
            raise self._failed(reference, "the key is disabled", "ask who runs the service")
        if credential.scal < self.scal:
            what = f"its SCAL is {credential.scal}, {self.scal} is asked for"
            raise self._failed(
                reference, what, "take another credential, or set `scal = 1` and do without sole control"
            )
        return credential

    def signed(self, credential: Credential, mechanism: Mechanism, digest: bytes, secret: str) -> bytes:
        """credentials/authorize for this hash, then signatures/signHash."""
        reference = credential.entry.reference
        hashes = self._hashes(mechanism, [digest])
        permit = {"credentialID": reference, "numSignatures": 1, **hashes, **self._secrets(credential, secret)}
        activation = self._asked("credentials/authorize", permit).get("SAD")
        if not isinstance(activation, str) or not activation:
            raise self._failed(reference, "it gave no signature activation data", "try again")
        return self.activated(credential, mechanism, digest, {"SAD": activation})

    def activated(
        self,
        credential: Credential,
        mechanism: Mechanism,
        digest: bytes,
        activation: Mapping[str, str],
        token: str = "",
    ) -> bytes:
        """signatures/signHash for what is authorised.

        :param activation: {"SAD": …}, or nothing where the token itself is the authorisation
        :param token: instead of this office's own
        """
        reference = credential.entry.reference
        hashes = self._hashes(mechanism, [digest])
        body = {"credentialID": reference, **activation, **hashes, "signAlgo": _algorithm(credential, mechanism)}
        if self.version == BEFORE:
            body["hashAlgo"] = mechanism.digest_oid
        try:
            (signature,) = self._asked("signatures/signHash", body, token)["signatures"]
            return _bytes(signature)
        except (KeyError, TypeError, ValueError) as error:
            raise self._failed(reference, "it gave no signature", "try again") from error

    def check(self) -> list[str]:
        """What keeps this store from working, without asking the service; empty: nothing."""
        found = []
        if not self.service.url.startswith("https://"):
            found.append(f"{self.where}: not https; whoever is on the way sees PINs and may change hashes")
        found += self.tokens.check()
        if self.scal < SOLE:
            found.append(f"{self.where}: scal = 1: an authorisation is bound to no document, so no sole control")
        return found

    def _hashes(self, mechanism: Mechanism, digests: Sequence[bytes]) -> dict[str, Any]:
        texts = [base64.b64encode(one).decode("ascii") for one in digests]
        if self.version == BEFORE:
            return {"hash": texts}
        return {"hashes": texts, "hashAlgorithmOID": mechanism.digest_oid}

    def _secrets(self, credential: Credential, secret: str) -> dict[str, Any]:
        given = secret.split(" ") if len(credential.asks_for) > 1 else [secret]
        if len(given) != len(credential.asks_for) and credential.asks_for:
            raise WrongPin
        pairs = dict(zip(credential.asks_for, given, strict=False))
        if self.version == BEFORE:
            return pairs
        return {"authData": [{"id": name, "value": value} for name, value in pairs.items()]} if pairs else {}

    def _asks_for(self, reference: str, answer: Mapping[str, Any]) -> tuple[str, ...]:
        if self.version == BEFORE:
            mode = answer.get("authMode")
            told = {name: dict(answer.get(name) or {}) for name in ("PIN", "OTP")}
            names = tuple(name for name, one in told.items() if one.get("presence") in {"true", True})
            online = told["OTP"].get("type") == "online" and "OTP" in names
        else:
            auth = answer.get("auth") or {}
            mode, objects = auth.get("mode"), [one for one in auth.get("objects") or () if isinstance(one, dict)]
            names = tuple(str(one["id"]) for one in objects)
            online = any(one.get("type") not in {"Password", None} for one in objects)
        if mode == (ON_ITS_PAGE if self.consents else "implicit"):
            return ()
        if self.consents or mode != "explicit" or online or len(names) > len(("PIN", "OTP")):
            do = "take a credential that asks for a PIN, with or without a one-time password of a generator"
            if self.consents or mode == ON_ITS_PAGE:
                do = "of kind consent are stores that ask on their own page, of kind csc those that ask for a PIN"
            raise self._failed(reference, f"it asks the signer in a way that is not offered here ({mode})", do)
        return names

    def _asked(self, path: str, body: Mapping[str, Any], token: str = "") -> dict[str, Any]:
        try:
            return self.service.post(path, body, token=token) if token else self._posted(path, body)
        except ServiceRefused as error:
            if error.error in WRONG_SECRET:
                raise WrongPin from error
            raise StoreFailed(self.where, f"it refuses {path} ({error})", "see what it says") from error

    def _posted(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """One more try with a new token: a service may end tokens before their time."""
        try:
            return self.service.post(path, body, token=self.tokens.token())
        except TokenRefused:
            if not self.tokens.renew():
                raise
            return self.service.post(path, body, token=self.tokens.token())

    def _failed(self, reference: str, what: str, do: str) -> StoreFailed:
        return StoreFailed(f"{self.where}, credential {reference}", what, do)


def _algorithm(credential: Credential, mechanism: Mechanism) -> str:
    """The combined algorithm where the service offers it, else the bare key's."""
    bare = BARE_KEYS[mechanism.is_rsa]
    offered = mechanism.signature_oid in credential.algorithms or bare not in credential.algorithms
    return mechanism.signature_oid if offered else bare


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
