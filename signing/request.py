"""What is asked of the signing room, and what it gives back."""

import base64
import binascii
import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from signing.errors import PreparedStateInvalid

Octets = bytes
PREPARED_FORMAT = 1


class SignatureLevel(StrEnum):
    """Baseline levels of ETSI EN 319 142-1."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def rank(self) -> int:
        """0 for B-B … 3 for B-LTA."""
        return list(SignatureLevel).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRequest:
    """One signature wanted on one document."""

    pdf: bytes = dataclasses.field(repr=False)
    """the document with the allotted field, as it was shown to the signer"""
    field: str
    """name of the empty signature field"""
    certificate: bytes = dataclasses.field(repr=False)
    """the signer's certificate, DER"""
    chain: tuple[bytes, ...] = dataclasses.field(default=(), repr=False)
    """issuing certificates from the signer's issuer upwards, DER; a self-signed one is not embedded"""
    level: SignatureLevel = SignatureLevel.B_T
    """B-T needs a time-stamping authority; without its answer the signature stays at B-B"""
    claimed_at: datetime
    """goes into /M: the claimed time"""
    name: str = ""
    reason: str = ""
    """for instance the decision and the capacity in which the officer signs"""
    location: str | None = None
    spare: int = 0
    """bytes of room beyond what a signature made here needs: for a CMS from outside"""
    certify: bool = True
    """certification signature, the first of a document: with P=1 (no changes but timestamps and validation data)"""
    others_follow: bool = False
    """certify with P=2 instead: further signatures go into the fields allotted to them"""
    statement: str = dataclasses.field(default="", repr=False)
    """what the signer says of this very signature, as canonical JSON: it stands in the signature dictionary"""


@dataclass(frozen=True, kw_only=True)
class PreparedSignature:
    """A signature that waits for its value. Plain data: any process may complete it, hours later."""

    pdf: bytes = dataclasses.field(repr=False)
    """the document with the placeholder for the CMS"""
    field: str
    digest: bytes = dataclasses.field(repr=False)
    """over the byte range, with the digest of the certificate's key kind"""
    reserved: tuple[int, int]
    """start and end of the placeholder, angle brackets included"""
    to_be_signed: bytes = dataclasses.field(repr=False)
    """the signed attributes (DER SET OF): what the key signs"""
    certificate: bytes = dataclasses.field(repr=False)
    chain: tuple[bytes, ...] = dataclasses.field(repr=False)
    level: SignatureLevel
    claimed_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Strings and numbers only."""
        return {
            "format": PREPARED_FORMAT,
            "pdf": _text(self.pdf),
            "field": self.field,
            "digest": self.digest.hex(),
            "reserved": list(self.reserved),
            "to_be_signed": _text(self.to_be_signed),
            "certificate": _text(self.certificate),
            "chain": [_text(one) for one in self.chain],
            "level": self.level.value,
            "claimed_at": self.claimed_at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "PreparedSignature":
        """The reverse of `to_json`.

        :raises PreparedStateInvalid: a part is missing or of another shape
        """
        try:
            if data["format"] != PREPARED_FORMAT:
                raise PreparedStateInvalid(f"prepared by another version: format {data['format']!r}")
            start, end = data["reserved"]
            return cls(
                pdf=_bytes(data["pdf"]),
                field=str(data["field"]),
                digest=bytes.fromhex(data["digest"]),
                reserved=(int(start), int(end)),
                to_be_signed=_bytes(data["to_be_signed"]),
                certificate=_bytes(data["certificate"]),
                chain=tuple(_bytes(one) for one in data["chain"]),
                level=SignatureLevel(data["level"]),
                claimed_at=datetime.fromisoformat(data["claimed_at"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
            raise PreparedStateInvalid(f"damaged prepared signature: {error}") from error


@dataclass(frozen=True, kw_only=True)
class SignedDocument:
    """A document with its newest signature or timestamp."""

    pdf: Octets = dataclasses.field(repr=False)
    level: SignatureLevel
    claimed_at: datetime | None
    """/M of the newest signature"""
    proven_at: datetime | None
    """earliest time a timestamp proves, None at B-B"""
    certificate_serial: str
    """of the newest signature's certificate, lower-case hex"""

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole file, lower-case hex."""
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def bytes(self) -> int:
        """Length of the file."""
        return len(self.pdf)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
