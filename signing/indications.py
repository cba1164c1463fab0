"""The sub-indications of ETSI EN 319 102-1, 5.1.3 (tables 5 and 6): when each one is given here, or why it is not."""

from dataclasses import dataclass

from signing.report import Verdict


@dataclass(frozen=True, slots=True)
class SubIndication:
    """One of them."""

    name: str
    verdict: Verdict
    told: str
    """when it is given; if it is not: why"""
    given: bool = True


_FAILED, _OPEN = Verdict.TOTAL_FAILED, Verdict.INDETERMINATE

SUB_INDICATIONS = (
    SubIndication("FORMAT_FAILURE", _FAILED, "The file or a signature cannot be read, or does not cover the file"),
    SubIndication("HASH_FAILURE", _FAILED, "The signed bytes were changed"),
    SubIndication("SIG_CRYPTO_FAILURE", _FAILED, "The signature value is not the certificate's"),
    SubIndication("REVOKED", _FAILED, "The certificate was revoked, and the signer's own time is not before that"),
    SubIndication("EXPIRED", _FAILED, "The certificate had ended by the signer's own time"),
    SubIndication("NOT_YET_VALID", _FAILED, "A timestamp proves that the signature is older than its certificate"),
    SubIndication("SIG_CONSTRAINTS_FAILURE", _OPEN, "The claimed time is in the future, or metadata were changed"),
    SubIndication("CHAIN_CONSTRAINTS_FAILURE", _OPEN, "The certificate was not issued for signing documents"),
    SubIndication("CERTIFICATE_CHAIN_GENERAL_FAILURE", _OPEN, "Revocation data are missing, or the chain is broken"),
    SubIndication("CRYPTO_CONSTRAINTS_FAILURE", _OPEN, "An algorithm or key that was never believed here"),
    SubIndication("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", _OPEN, "One not believed any more, and no proof of then"),
    SubIndication("TIMESTAMP_ORDER_FAILURE", _OPEN, "Times contradict each other, or a timestamp is of the future"),
    SubIndication("NO_CERTIFICATE_CHAIN_FOUND", _OPEN, "No chain leads to a trusted root or a granted service"),
    SubIndication("REVOKED_NO_POE", _OPEN, "The certificate was revoked, and nothing proves that it signed before"),
    SubIndication("REVOKED_CA_NO_POE", _OPEN, "An issuing certificate was revoked, and no proof of before"),
    SubIndication("OUT_OF_BOUNDS_NOT_REVOKED", _OPEN, "The certificate has ended unrevoked, and no proof of before"),
    SubIndication("OUT_OF_BOUNDS_NO_POE", _OPEN, "It has ended, and nothing of its time says whether it was revoked"),
    SubIndication("TRY_LATER", _OPEN, "Revocation data have aged, or were issued within the grace period"),
    SubIndication("SIGNED_DATA_NOT_FOUND", _OPEN, "A CMS stands apart from what it signs, which was not given"),
    SubIndication("GENERIC", _OPEN, "Anything else, in the words of the reason; newer editions call it CUSTOM"),
    SubIndication(
        "NO_SIGNING_CERTIFICATE_FOUND",
        _OPEN,
        "A signature that names another certificate than it carries is FORMAT_FAILURE",
        given=False,
    ),
    SubIndication(
        "NO_POE",
        _OPEN,
        "What lacks a proof of its time is told by its own name, such as OUT_OF_BOUNDS_NO_POE",
        given=False,
    ),
    SubIndication(
        "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
        _OPEN,
        "A chain that is not found is NO_CERTIFICATE_CHAIN_FOUND",
        given=False,
    ),
    SubIndication(
        "REVOCATION_OUT_OF_BOUNDS_NO_POE",
        _OPEN,
        "Revocation data whose own signer has ended do not count: CERTIFICATE_CHAIN_GENERAL_FAILURE",
        given=False,
    ),
    SubIndication(
        "POLICY_PROCESSING_ERROR", _OPEN, "An office whose policy cannot be read does not start", given=False
    ),
    SubIndication(
        "SIGNATURE_POLICY_NOT_AVAILABLE",
        _OPEN,
        "Documents are judged by the office's own policy, whichever a signature names",
        given=False,
    ),
)
