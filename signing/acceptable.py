"""The table of algorithms as pyHanko asks for it, for signatures of any maker.

What is out of date by now may still be proven by a timestamp made in time.
"""

from datetime import UTC, datetime, time

from asn1crypto import algos, keys
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint

from signing.algorithms import acceptance_of

LONG = 2**16
"""bits"""
_KINDS = {"rsassa_pkcs1v15": "rsa", "rsassa_pss": "rsa"}


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
        bits = public_key.bit_size if public_key is not None and kind in ("rsa", "ecdsa") else None
        by_key = _constraint(kind, moment, bits)
        try:
            digest = algo.hash_algo
        except ValueError:
            return by_key  # asn1crypto knows no SHA-3 here; the digest is asked for by itself as well
        return _constraint(digest, moment) if by_key else by_key


DATED_ALGORITHMS = DatedAlgorithms()


def _constraint(name: str, moment: datetime | None, bits: int | None = None) -> AlgorithmUsageConstraint:
    """The row of the table at a moment; a key whose size nobody tells is taken for a long one."""
    row = acceptance_of(name, LONG if bits is None else bits)
    told = name if bits is None else f"{name} of {bits} bits"
    if row is None:
        return AlgorithmUsageConstraint(allowed=False, failure_reason=f"{told} is not believed")
    if row.until is None:
        return AlgorithmUsageConstraint(allowed=True)
    end = datetime.combine(row.until, time.min, UTC)
    believed = moment is not None and moment < end
    return AlgorithmUsageConstraint(believed, end, None if believed else f"{told} is not believed since {row.until}")
