"""PKCS#12 encrypted by the officer's PIN, and wrapped once more by the server's key (RFC 7292, RFC 8018).

Key and certificates are under PBES2 (AES-256-CBC, PBKDF2-HMAC-SHA256). The container's MAC is an oracle for guessing
the PIN as well, and `cryptography` makes it with 2,048 rounds; it is made anew as dear as the PBKDF2.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from signing.algorithms import PrivateKey
from signing.cms import der_of
from signing.errors import KeyUnreadable, WeakPin, WrongPin
from signing.keys.software import SoftwareKey

MINIMAL_PIN = 8
KDF_ROUNDS = 310_000
MAC_ROUNDS = 2 * KDF_ROUNDS
"""an HMAC is two hash calls"""
WRAP_FORMAT = b"\x01"
_NONCE = 12
_MAC_BLOCK = 64
_MAC_PURPOSE = 3


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
        .build(pin.encode())
    )
    plain = pkcs12.serialize_key_and_certificates(b"signing", private_key, certificate, chain, encryption)
    return _with_dear_mac(plain, pin)


def open_pkcs12(data: bytes, pin: str) -> SoftwareKey:
    """The key in the container.

    :raises WrongPin: the PIN does not open it
    :raises KeyUnreadable: no PKCS#12, no key or no certificate in it, or a kind of key that does not sign here
    """
    _require_container(data)
    try:
        private_key, certificate, chain = pkcs12.load_key_and_certificates(data, pin.encode())
    except ValueError as error:
        raise WrongPin from error
    except (TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable from error
    if certificate is None or not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyUnreadable("the container has no RSA or EC key with its certificate")
    return SoftwareKey(der_of(certificate), tuple(der_of(one) for one in chain), private_key)


@dataclass(frozen=True, slots=True)
class Pkcs12Store:
    """A `KeyStore` over one container. Server-kept: offered for pilots, no sole control."""

    data: bytes = field(repr=False)
    name: str = "pkcs12"
    sole_control: bool = False

    def open(self, secret: str) -> SoftwareKey:
        """The key, opened by the PIN.

        :raises WrongPin: the PIN does not open it
        """
        return open_pkcs12(self.data, secret)


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


def _require_container(data: bytes) -> None:
    """Told apart from a wrong PIN, which the library does not do."""
    try:
        kind = asn1_pkcs12.Pfx.load(data, strict=True)["auth_safe"]["content_type"].native
    except ValueError as error:
        raise KeyUnreadable from error
    if kind != "data":
        raise KeyUnreadable(f"a container of kind {kind}")


def _with_dear_mac(data: bytes, pin: str) -> bytes:
    container = asn1_pkcs12.Pfx.load(data)
    salt = os.urandom(16)
    content: bytes = container["auth_safe"]["content"].native
    digest = hmac.new(_mac_key(pin, salt), content, hashlib.sha256).digest()
    container["mac_data"] = asn1_pkcs12.MacData(
        {
            "mac": {"digest_algorithm": {"algorithm": "sha256"}, "digest": digest},
            "mac_salt": salt,
            "iterations": MAC_ROUNDS,
        }
    )
    dumped: bytes = container.dump(force=True)
    return dumped


def _mac_key(pin: str, salt: bytes) -> bytes:
    """PKCS#12 key derivation for the MAC with SHA-256: one output block (RFC 7292, B.2)."""
    password = pin.encode("utf-16-be") + b"\0\0"
    block = bytes((_MAC_PURPOSE,)) * _MAC_BLOCK + _filled(salt) + _filled(password)
    sha256 = hashlib.sha256
    digest = sha256(block).digest()
    for _ in range(MAC_ROUNDS - 1):
        digest = sha256(digest).digest()
    return digest


def _filled(data: bytes) -> bytes:
    """Repeated to a multiple of the hash's block."""
    length = -(-len(data) // _MAC_BLOCK) * _MAC_BLOCK
    return (data * (length // len(data) + 1))[:length]
