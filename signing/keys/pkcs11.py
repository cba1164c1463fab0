"""Tokens and HSMs through PKCS#11 (OASIS PKCS #11 2.40): the key signs inside the device and never leaves it.

One store is one module; each officer has a token of their own in it, a card or a partition, so that the PIN is the
officer's alone. What a certificate keeps of its key is `<token serial>/<key id>`, both hex.

Needs the extra `pkcs11` (python-pkcs11). Login is a state of the whole process in PKCS#11: while one officer's session
is open, another session on that token would sign without any PIN; and python-pkcs11 promises the module that one
thread alone will call it (C_Initialize without CKF_OS_LOCKING_OK). So there is one session a module at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any

from signing.algorithms import PublicKey, ecdsa_der, mechanism_of, public_key_of
from signing.cms import is_self_signed, load_certificate
from signing.errors import CertificateUnusable, StoreFailed, WrongPin
from signing.keys import KINDS, KeyEntry, StoreKind

if TYPE_CHECKING:
    from pkcs11 import Session, Token
    from pkcs11._pkcs11 import lib as Module  # noqa: N812 - a class, whatever its case

WAIT_SECONDS = 30
"""for somebody else's session"""
EXTRA = "install Karguzar with the extra pkcs11 (python-pkcs11)"

_locks: dict[Path, Lock] = {}
_guard = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A `SigningKey` inside a token, usable while its session is open."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    where: str
    public_key: PublicKey = field(repr=False)
    _key: Any = field(repr=False)
    _again: str | None = field(default=None, repr=False)
    """the PIN, for a key that asks for it at each signature (CKA_ALWAYS_AUTHENTICATE)"""

    def sign(self, data: bytes) -> bytes:
        """The signature value over `data`.

        :raises StoreFailed: the device gave none
        """
        pkcs11 = _library_of_python(self.where)
        mechanism = mechanism_of(self.public_key)
        with _told(self.where):
            if mechanism.is_rsa:
                return bytes(self._key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS, pin=self._again))
            # hashed here: not every device hashes for ECDSA, SoftHSM for one
            raw = self._key.sign(mechanism.hashed(data), mechanism=pkcs11.Mechanism.ECDSA, pin=self._again)
        return ecdsa_der(self.public_key, bytes(raw))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Store:
    """A `KeyStore` over one PKCS#11 module."""

    name: str
    """as it is set up"""
    module: Path
    """the device maker's library, such as /usr/lib/softhsm/libsofthsm2.so"""
    kind: StoreKind = KINDS["pkcs11"]

    @property
    def sole_control(self) -> bool:
        """No: the PIN passes through this server."""
        return self.kind.sole_control

    @property
    def where(self) -> str:
        """The store as messages name it."""
        return f"key store {self.name} ({self.module})"

    @contextmanager
    def open(self, entry: KeyEntry, secret: str) -> Iterator[TokenKey]:
        """The key of `entry`, logged in by the PIN, logged out at the end.

        :raises WrongPin: the PIN does not open the token
        :raises StoreFailed: no module, no such token or key, the token has locked its PIN, or it is busy
        """
        serial, _, identifier = entry.reference.partition("/")
        with self._session(serial, secret) as session:
            yield self._key(session, entry, bytes.fromhex(identifier), secret)

    def listed(self, secret: str, *, serial: str) -> list[KeyEntry]:
        """The certificates of a token that have a private key beside them: what may be enrolled.

        :raises WrongPin: and StoreFailed, as `open`
        """
        pkcs11 = _library_of_python(self.where)
        with self._session(serial, secret) as session, _told(self.where):
            keys = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY})
            identifiers = {bytes(key[pkcs11.Attribute.ID]) for key in keys}
            kind = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}
            found = {
                bytes(one[pkcs11.Attribute.VALUE]): bytes(one[pkcs11.Attribute.ID]) for one in session.get_objects(kind)
            }
        return [
            KeyEntry(certificate=der, chain=_chain(der, list(found)), reference=f"{serial}/{identifier.hex()}")
            for der, identifier in found.items()
            if identifier in identifiers
        ]

    def tokens(self) -> list[tuple[str, str]]:
        """(serial, label) of the tokens that are there now.

        :raises StoreFailed: no module, or it does not answer
        """
        with self._alone(), _told(self.where):
            return [(token.serial.hex(), token.label) for token in self._module().get_tokens()]

    def check(self) -> list[str]:
        """What keeps this store from working; empty: nothing."""
        try:
            found = self.tokens()
        except StoreFailed as error:
            return [str(error)]
        return [] if found else [f"{self.where}: no token is there; connect the device or initialise a token"]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with _guard:
            lock = _locks.setdefault(self.module, Lock())
        if not lock.acquire(timeout=WAIT_SECONDS):
            raise StoreFailed(self.where, "it is busy with other signatures", "try again")
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _session(self, serial: str, secret: str) -> Iterator["Session"]:
        with self._alone():
            with _told(self.where, serial):
                session = self._token(serial).open(user_pin=secret)
            try:
                yield session
            finally:
                with _told(self.where, serial):
                    session.close()

    def _token(self, serial: str) -> "Token":
        for token in self._module().get_tokens():
            if token.serial.hex() == serial:
                return token
        raise StoreFailed(f"{self.where}, token {serial}", "no such token is there", "connect the device and try again")

    def _module(self) -> "Module":
        pkcs11 = _library_of_python(self.where)
        if not self.module.is_file():
            raise StoreFailed(self.where, "there is no such file", "install the device's driver, or correct `module`")
        found: Module = pkcs11.lib(str(self.module))
        return found

    def _key(self, session: "Session", entry: KeyEntry, identifier: bytes, secret: str) -> TokenKey:
        pkcs11 = _library_of_python(self.where)
        with _told(self.where, entry.reference):
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=identifier)
            try:
                each_time = bool(key[pkcs11.Attribute.ALWAYS_AUTHENTICATE])
            except pkcs11.PKCS11Error:
                each_time = False
        return TokenKey(
            certificate=entry.certificate,
            chain=entry.chain,
            where=f"{self.where}, key {entry.reference}",
            public_key=public_key_of(load_certificate(entry.certificate)),
            _key=key,
            _again=secret if each_time else None,
        )


def _library_of_python(where: str) -> ModuleType:
    try:
        import pkcs11
    except ImportError as error:
        raise StoreFailed(where, "python-pkcs11 is not installed", EXTRA) from error
    return pkcs11


@contextmanager
def _told(where: str, of: str = "") -> Iterator[None]:
    """Whatever the device's library raises, as ours."""
    pkcs11 = _library_of_python(where)
    place = f"{where}, {of}" if of else where
    try:
        yield
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
        raise WrongPin from error
    except pkcs11.PinLocked as error:
        raise StoreFailed(place, "the token has locked its PIN", "unlock it with the device's own tool") from error
    except pkcs11.NoSuchKey as error:
        raise StoreFailed(place, "the token has no such key", "enrol the certificate again") from error
    except pkcs11.MultipleObjectsReturned as error:
        raise StoreFailed(place, "several keys have this id", "give each key of the token an id of its own") from error
    except pkcs11.PKCS11Error as error:
        what = f"the device answers {type(error).__name__}"
        raise StoreFailed(place, what, "see whether it is connected and works, then try again") from error


def _chain(certificate: bytes, known: list[bytes]) -> tuple[bytes, ...]:
    """Issuers among the token's own certificates, from the signer's upwards."""
    by_subject = {}
    for der in known:
        try:
            parsed = load_certificate(der)
        except CertificateUnusable:
            continue
        by_subject[parsed.subject] = (der, parsed)
    chain: list[bytes] = []
    current = load_certificate(certificate)
    while not is_self_signed(current) and current.issuer in by_subject and len(chain) < len(known):
        der, current = by_subject[current.issuer]
        chain.append(der)
    return tuple(chain)
