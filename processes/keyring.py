"""The keys this server holds: the pilot authority, the bodies' e-seals, and the key that wraps officers' PKCS#12.

All are encrypted by one passphrase: KARGUZAR_KEYS_PASSPHRASE, or a 0600 file that `check_config` warns about.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from processes.errors import ConfigurationError
from signing.authority import DEFAULT_URL, PilotAuthority
from signing.errors import SigningError
from signing.keys import SigningKey
from signing.keys.pkcs12 import open_pkcs12, unwrap

PASSPHRASE_VARIABLE = "KARGUZAR_KEYS_PASSPHRASE"  # noqa: S105 the variable's name


def passphrase(keys: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The passphrase of this installation's unattended keys; a new file is made if neither place has one."""
    if given := environ.get(PASSPHRASE_VARIABLE):
        return given
    file = keys / "passphrase"
    if not file.exists():
        keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        # whole or not at all: an empty passphrase, left by a crash, would lock everything made with it
        temporary = keys / ".passphrase.new"
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as new:
            new.write(secrets.token_urlsafe(32))
            new.flush()
            os.fsync(new.fileno())
        temporary.rename(file)
    return file.read_text(encoding="utf-8").strip()


def has_keys(keys: Path) -> bool:
    """Whether the ring is whole; the authority writes this file last, so one cut short by a crash does not count."""
    return (keys / "authority" / "authority.json").exists()


def derived_key(secret: str, purpose: str) -> bytes:
    """A 32-byte key for one purpose; scrypt, so that a short passphrase is dear to guess."""
    salt = hashlib.sha256(b"karguzar:" + purpose.encode()).digest()
    return Scrypt(salt=salt, length=32, n=2**14, r=8, p=1).derive(secret.encode())


@dataclass(slots=True)
class KeyRing:
    """Opens what the server may open by itself. Never an officer's key: that takes the officer's PIN."""

    directory: Path
    _secret: str = field(repr=False)
    authority: PilotAuthority
    server_key: bytes = field(repr=False)
    """wraps officers' PIN-encrypted PKCS#12"""
    lookup_key: bytes = field(repr=False)
    """keys the hashes by which tracking codes and repeated applicants are found"""
    _seals: dict[str, SigningKey] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def open(cls, directory: Path, environ: Mapping[str, str] = os.environ) -> "KeyRing":
        """The ring of an initialised home.

        :raises ConfigurationError: the home has no keys yet, or the passphrase is wrong
        """
        if not has_keys(directory):
            raise ConfigurationError(f"no keys in {directory}; run `karguzar init` first")
        if PASSPHRASE_VARIABLE not in environ and not (directory / "passphrase").exists():
            # a new one would open nothing, and would hide that the right one is missing
            raise ConfigurationError(f"the passphrase of the keys in {directory} is missing: set {PASSPHRASE_VARIABLE}")
        secret = passphrase(directory, environ)
        try:
            authority = PilotAuthority.open(directory / "authority", secret)
        except SigningError as error:
            raise ConfigurationError(f"the keys in {directory} cannot be opened: {error}") from error
        return cls(directory, secret, authority, derived_key(secret, "wrap"), derived_key(secret, "lookup"))

    @classmethod
    def create(
        cls, directory: Path, *, at: datetime, url: str = DEFAULT_URL, environ: Mapping[str, str] = os.environ
    ) -> "KeyRing":
        """A new ring with a new pilot authority, valid from `at`, whose revocation lists are published at `url`."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        PilotAuthority.create(directory / "authority", passphrase(directory, environ), at=at, url=url)
        return cls.open(directory, environ)

    def seal_pin(self) -> str:
        """What encrypts the e-seals' PKCS#12: derived, never written."""
        return derived_key(self._secret, "seal").hex()

    def seal(self, serial: str, wrapped: Callable[[], bytes]) -> SigningKey:
        """The e-seal with this certificate serial, opened once."""
        with self._lock:
            if serial not in self._seals:
                self._seals[serial] = open_pkcs12(unwrap(wrapped(), self.server_key), self.seal_pin())
            return self._seals[serial]
