"""Where a signing key lives. The door sees only `SigningKey`; each store is a module of its own beside this one."""

from typing import Protocol


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
        """The signature value over `data`, digest included: PKCS#1 v1.5, or ECDSA as DER SEQUENCE {r, s}."""
        ...


class KeyStore(Protocol):
    """Keeps keys: a PKCS#12 opened by a PIN, later a token, a remote signing service, the officer's browser."""

    @property
    def name(self) -> str:
        """Stable name, kept beside each certificate (`pkcs12` …)."""
        ...

    @property
    def sole_control(self) -> bool:
        """The key is out of this server's reach; a server-kept PKCS#12 is not."""
        ...

    def open(self, secret: str) -> SigningKey:
        """The key, for the one signature or batch this authentication covers.

        :raises WrongPin: the secret does not open it
        """
        ...
