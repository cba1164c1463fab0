"""A private key in this process's memory, parsed once."""

from dataclasses import dataclass, field

from signing.algorithms import PrivateKey, sign_with


@dataclass(frozen=True, slots=True)
class SoftwareKey:
    """A `SigningKey` that holds the parsed key; parsing and checking it anew costs more than signing."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    private_key: PrivateKey = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """The signature value over `data`."""
        return sign_with(self.private_key, data)
