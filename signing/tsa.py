"""The pilot time-stamping authority: RFC 3161 in this process, on the office's clock. Not qualified."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import tsp as asn1_tsp

from signing import der
from signing.algorithms import digest_identifier, hash_algorithm
from signing.cms import TST_INFO, signed_attributes, signed_data, signer_of
from signing.keys import SigningKey

POLICY = "2.999.3161.1"
"""below the arc reserved for examples (X.660): a pilot has no registered policy"""
_ACCURACY = der.sequence(der.integer(1))
"""one second"""
_GRANTED, _REJECTION = 0, 2
_BAD_ALGORITHM, _BAD_DATA_FORMAT = 0, 5


@dataclass(frozen=True, slots=True)
class PilotTimestamper:
    """A `Timestamper` in this process."""

    key: SigningKey = field(repr=False)
    clock: Callable[[], datetime]

    def respond(self, request: bytes) -> bytes:
        """A token over the request's imprint, or a refusal that says why (RFC 3161, 2.4.2)."""
        try:
            asked = asn1_tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            algorithm, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
            nonce: Any = asked["nonce"].native
        except (ValueError, TypeError, KeyError):
            return _refusal(_BAD_DATA_FORMAT)
        try:
            expected = hash_algorithm(algorithm).digest_size
        except KeyError:
            return _refusal(_BAD_ALGORITHM)
        if len(digest) != expected:
            return _refusal(_BAD_DATA_FORMAT)
        token = self._token(algorithm, digest, nonce)
        return der.sequence(der.sequence(der.integer(_GRANTED)), token)

    def _token(self, algorithm: str, digest: bytes, nonce: int | None) -> bytes:
        signer = signer_of(self.key.certificate, self.key.chain)
        info = der.sequence(
            der.integer(1),
            der.oid(POLICY),
            der.sequence(digest_identifier(algorithm), der.octets(digest)),
            der.integer(secrets.randbits(120)),
            der.generalized_time(self.clock()),
            _ACCURACY,
            b"" if nonce is None else der.integer(nonce),
        )
        attributes = signed_attributes(signer, signer.mechanism.hashed(info), content_type=TST_INFO)
        return signed_data(signer, attributes, self.key.sign(attributes), content=info)


def _refusal(failure: int) -> bytes:
    """PKIStatusInfo with one PKIFailureInfo bit."""
    bits = der.tlv(0x03, bytes((7 - failure, 1 << (7 - failure))))
    return der.sequence(der.sequence(der.integer(_REJECTION), bits))
