"""Until when an algorithm is believed (ETSI TS 119 312; SOG-IS agreed mechanisms), for signatures of any maker.

A table, and the policy pyHanko asks. What is out of date by now may still be proven by a timestamp made in time.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from asn1crypto import algos, keys
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint

NEVER = date.min
ACCEPTED_UNTIL: Mapping[str, date | None] = MappingProxyType(
    {
        "md5": date(2004, 7, 31),
        "sha1": date(2012, 7, 31),
        "sha224": date(2028, 12, 31),
        "sha256": None,
        "sha384": None,
        "sha512": None,
        "sha3_256": None,
        "sha3_384": None,
        "sha3_512": None,
        "rsa": None,
        "rsa below 3000": date(2028, 12, 31),
        "rsa below 1900": date(2019, 9, 30),
        "rsa below 1024": NEVER,
        "ecdsa": None,
        "ecdsa below 256": date(2020, 12, 31),
        "ed25519": None,
        "ed448": None,
    }
)
"""last day an algorithm is believed; None: no end in sight; what is not named is not believed"""
STEPS = {"rsa": (1024, 1900, 3000), "ecdsa": (256,)}
"""sizes of keys, in bits, below which another line of the table holds"""
_KINDS = {"rsassa_pkcs1v15": "rsa", "rsassa_pss": "rsa"}


def key_line(kind: str, bits: int) -> str:
    """The line of the table for a key: `rsa` of 2048 bits is `rsa below 3000`."""
    return next((f"{kind} below {step}" for step in STEPS.get(kind, ()) if bits < step), kind)


class DatedAlgorithms(CMSAlgorithmUsagePolicy):  # type: ignore[misc]  # to mypy, pyHanko is untyped
    """The table as pyHanko asks for it: allowed at a moment, or since when not."""

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """A digest algorithm."""
        return _constraint(algo["algorithm"].native, moment)

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        """A signature algorithm with its digest and the size of its key."""
        try:
            kind = _KINDS.get(algo.signature_algo, algo.signature_algo)
        except ValueError:
            return AlgorithmUsageConstraint(allowed=False, failure_reason="an algorithm nobody here knows")
        # asn1crypto knows no size of keys that have but one
        line = kind if public_key is None or kind not in STEPS else key_line(kind, public_key.bit_size)
        by_key = _constraint(line, moment)
        try:
            digest = algo.hash_algo
        except ValueError:
            return by_key  # asn1crypto knows no SHA-3 here; the digest is asked for by itself as well
        return _constraint(digest, moment) if by_key else by_key


DATED_ALGORITHMS = DatedAlgorithms()


def _constraint(name: str, moment: datetime | None) -> AlgorithmUsageConstraint:
    last = ACCEPTED_UNTIL.get(name, NEVER)
    if last is None:
        return AlgorithmUsageConstraint(allowed=True)
    if last == NEVER:
        return AlgorithmUsageConstraint(allowed=False, failure_reason=f"{name} is not believed")
    end = datetime.combine(last + timedelta(days=1), time.min, UTC)
    believed = moment is not None and moment < end
    return AlgorithmUsageConstraint(believed, end, None if believed else f"{name} is believed until {last}")
