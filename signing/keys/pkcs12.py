"""PKCS#12 encrypted by the officer's PIN, and wrapped once more by the server's key (RFC 7292, RFC 8018).

Key and certificates are under PBES2 (AES-256-CBC, PBKDF2-HMAC-SHA256). The optional MAC is left out: it is a second way
to try PINs, and `cryptography` makes it with 2,048 rounds, 150 times cheaper. The server's AES-GCM keeps the whole.
"""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from signing.algorithms import PrivateKey
from signing.cms import der_of, load_certificate
from signing.errors import KeyUnreadable, WeakPin, WrongPin
from signing.keys import KINDS, KeyEntry, StoreKind
from signing.keys.software import SoftwareKey

MINIMAL_PIN = 8
KDF_ROUNDS = 310_000
WRAP_FORMAT = b"\x01"
_NONCE = 12


def create_pkcs12(
    private_key: PrivateKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...], pin: str
) -> bytes:
    """A container only the PIN opens.

    :raises WeakPin: fewer than 8 characters
    """
    if len(pin) < MINIMAL_PIN:
        raise WeakPin
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(KDF_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(_secret(pin))
    )
    plain = pkcs12.serialize_key_and_certificates(b"signing", private_key, certificate, chain, encryption)
    return _without_mac(plain)


def open_pkcs12(data: bytes, pin: str) -> SoftwareKey:
    """The key in the container.

    :raises WrongPin: the PIN does not open it
    :raises KeyUnreadable: no PKCS#12, no key or no certificate in it, or a kind of key that does not sign here
    """
    _require_container(data)
    if "\x00" in pin:
        raise WrongPin  # no key has such a PIN, and OpenSSL's way to say so ends no exception of ours
    try:
        private_key, certificate, chain = pkcs12.load_key_and_certificates(data, _secret(pin))
    except ValueError as error:
        raise WrongPin from error
    except (TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable from error
    if certificate is None or not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyUnreadable("the container has no RSA or EC key with its certificate")
    return SoftwareKey(der_of(certificate), tuple(der_of(one) for one in chain), private_key)


def locked_again(key: SoftwareKey, pin: str) -> bytes:
    """The container of an opened key, which only the new PIN opens.

    :raises WeakPin: fewer than 8 characters
    """
    chain = tuple(load_certificate(one) for one in key.chain)
    return create_pkcs12(key.private_key, load_certificate(key.certificate), chain, pin)


@dataclass(frozen=True, slots=True)
class Pkcs12Store:
    """A `KeyStore` of containers the server keeps. Offered for pilots: no sole control."""

    kind: StoreKind = KINDS["pkcs12"]

    @property
    def sole_control(self) -> bool:
        """Never: the server holds the key."""
        return self.kind.sole_control

    @contextmanager
    def open(self, entry: KeyEntry, secret: str) -> Iterator[SoftwareKey]:
        """The key, opened by the PIN.

        :raises WrongPin: the PIN does not open it
        :raises KeyUnreadable: no container, or a damaged one
        """
        yield open_pkcs12(entry.container, secret)

    def check(self) -> list[str]:
        """Nothing outside this server is needed."""
        return []


def wrap(data: bytes, server_key: bytes) -> bytes:
    """`data` under AES-GCM with the server's 32-byte key: a stolen database alone cannot be searched for PINs."""
    nonce = os.urandom(_NONCE)
    return WRAP_FORMAT + nonce + AESGCM(server_key).encrypt(nonce, data, WRAP_FORMAT)


def unwrap(data: bytes, server_key: bytes) -> bytes:
    """The reverse of `wrap`.

    :raises KeyUnreadable: another server's key, or damaged
    """
    nonce = data[1 : 1 + _NONCE]
    try:
        if data[:1] != WRAP_FORMAT:
            raise KeyUnreadable("not wrapped by this product")
        return AESGCM(server_key).decrypt(nonce, data[1 + _NONCE :], WRAP_FORMAT)
    except (InvalidTag, ValueError) as error:
        raise KeyUnreadable("the server's key does not open this container") from error


def _secret(pin: str) -> bytes:
    """The PIN as typed on any keyboard: İ may come as one character or as two."""
    return unicodedata.normalize("NFC", pin).encode()


def _require_container(data: bytes) -> None:
    """Told apart from a wrong PIN, which the library does not do."""
    try:
        kind = asn1_pkcs12.Pfx.load(data, strict=True)["auth_safe"]["content_type"].native
    except ValueError as error:
        raise KeyUnreadable from error
    if kind != "data":
        raise KeyUnreadable(f"a container of kind {kind}")


def _without_mac(data: bytes) -> bytes:
    container = asn1_pkcs12.Pfx.load(data)
    stripped: bytes = asn1_pkcs12.Pfx({"version": "v3", "auth_safe": container["auth_safe"]}).dump()
    return stripped
