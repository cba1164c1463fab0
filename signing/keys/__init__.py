"""Where signing keys live. Every kind of store is a row of `KINDS` and a module of its own beside this one.

A store whose key the server may use while the officer's secret is in its memory is a `KeyStore`: it opens a
`SigningKey` for one authentication. Of the others the server never sees the key: it prepares, somebody else signs, and
`Signing.complete` or `Signing.complete_cms` checks what comes back before a byte of it is embedded.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Manner(StrEnum):
    """How a signature is had of a store."""

    OPENED = "opened"
    """the server opens the key with the officer's secret and gets a signature value at once"""
    PAGE = "page"
    """the officer's page signs the signed attributes; the server gets the value"""
    AGENT = "agent"
    """a program on the officer's computer makes a complete CMS over the document"""
    CONSENT = "consent"
    """the officer goes to a service's own page, consents there to this one signature, and comes back"""
    LATER = "later"
    """a service asks the officer elsewhere, on a telephone: start, poll, finish"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKind:
    """One kind of key store."""

    name: str
    """stable: stands beside certificates, in policies and in reports"""
    manner: Manner
    sole_control: bool
    """nothing this server holds or is told lets it sign without the signer (eIDAS, article 26 c)"""
    told: str
    """what it is, in a sentence"""


KINDS = {
    kind.name: kind
    for kind in (
        StoreKind(
            name="pkcs12",
            manner=Manner.OPENED,
            sole_control=False,
            told="PKCS#12 kept by the server, encrypted by the officer's PIN; for pilots",
        ),
        StoreKind(
            name="browser",
            manner=Manner.PAGE,
            sole_control=True,
            told="Key made in the officer's browser (WebCrypto), which never gives it away",
        ),
        StoreKind(
            name="file",
            manner=Manner.PAGE,
            sole_control=True,
            told="The officer's own .p12 file, opened in the page; neither file nor PIN leaves it",
        ),
        StoreKind(
            name="pkcs11",
            manner=Manner.OPENED,
            sole_control=False,
            told="Token or HSM at the server (PKCS#11); the key never leaves it, the PIN passes through the server",
        ),
        StoreKind(
            name="csc",
            manner=Manner.OPENED,
            sole_control=True,
            told="Remote signing service (CSC API v2) that binds each authorisation to the hash (SCAL2)",
        ),
        StoreKind(
            name="consent",
            manner=Manner.CONSENT,
            sole_control=True,
            told="Remote signing service (CSC API v2) that asks the officer on its own page (OAuth 2.0)",
        ),
        StoreKind(
            name="agent",
            manner=Manner.AGENT,
            sole_control=True,
            told="Program on the officer's computer that returns a complete CMS, as NCALayer does",
        ),
        StoreKind(
            name="mobile",
            manner=Manner.LATER,
            sole_control=True,
            told="Service that asks the officer on a telephone: start, poll, finish",
        ),
    )
}
"""every kind of key store, by name"""


class SigningKey(Protocol):
    """An opened key and its certificate."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""
        ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Issuing certificates from the signer's issuer upwards, DER."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature value over `data`, digest included: PKCS#1 v1.5, or ECDSA as DER SEQUENCE {r, s}.

        :raises StoreFailed: a token or a service did not give one; nothing is lost, the same may be tried again
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """What the office keeps of one officer's key, wherever the key itself is."""

    certificate: bytes = field(repr=False)
    """DER"""
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """issuing certificates from the signer's issuer upwards, DER"""
    reference: str = ""
    """what the store knows the key by: the key's id in a token (hex), a credential of a service"""
    container: bytes = field(default=b"", repr=False)
    """the encrypted key itself, where the server keeps it"""


class KeyStore(Protocol):
    """A store of the manner `OPENED`: a PKCS#12, a token, an HSM, a remote signing service."""

    @property
    def kind(self) -> StoreKind:
        """Its row of `KINDS`."""
        ...

    @property
    def sole_control(self) -> bool:
        """As its kind has it, or less where it is set up with less."""
        ...

    def open(self, entry: KeyEntry, secret: str) -> AbstractContextManager[SigningKey]:
        """The key, for the one signature or batch this authentication covers. No transaction may be open meanwhile.

        :raises WrongPin: the secret does not open it
        :raises StoreFailed: the store does not answer, or has no such key: what, where, and what to do
        """
        ...

    def check(self) -> list[str]:
        """What keeps it from working, or makes it weak, as far as it is seen from here; empty: nothing."""
        ...
