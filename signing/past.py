"""Judging a signature whose certificate has ended, by the document timestamps made in time (ETSI EN 319 102-1, 5.6)."""

from pyhanko.sign.ades.report import AdESPassed, AdESStatus
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from signing.judgement import TIME_TOLERANCE, Knowledge, run, signer_usage
from signing.report import PASSED, Outcome, Verdict, first_line
from signing.structure import Stamp

UNPROVEN = frozenset({"OUT_OF_BOUNDS_NO_POE", "REVOKED_CA_NO_POE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "NO_POE"})
"""what a proof of existence in time may still turn into a pass"""


def judge_past(stamp: Stamp, knowledge: Knowledge) -> Outcome:
    """The signature as the archival timestamps and the validation data under them prove it."""
    timing = ValidationTimingInfo(
        validation_time=knowledge.at, best_signature_time=knowledge.at, point_in_time_validation=True
    )
    try:
        result = run(ades_lta_validation(stamp.embedded, _specification(knowledge), timing))
    except SignatureValidationError as error:
        return Outcome(Verdict.INDETERMINATE, "GENERIC", first_line(error.failure_message))
    if result.ades_subindic is AdESPassed.OK:
        return PASSED
    verdict = Verdict.TOTAL_FAILED if result.ades_subindic.status is AdESStatus.FAILED else Verdict.INDETERMINATE
    reason = "its archival timestamps do not prove that it was valid in time"
    return Outcome(verdict, result.ades_subindic.standard_name, reason)


def _specification(knowledge: Knowledge) -> PdfSignatureValidationSpec:
    certificates = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=knowledge.anchors),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        time_tolerance=TIME_TOLERANCE,
    )
    local = LocalKnowledge(
        known_crls=[CRLContainer(one) for one in knowledge.crls],
        known_ocsps=[container for one in knowledge.ocsps for container in OCSPContainer.load_multi(one)],
        known_certs=list(knowledge.certificates),
    )
    offline = RevocationInfoGatheringSpec(
        RevinfoOnlineFetchingRule.LOCAL_ONLY,
        # never asked under LOCAL_ONLY; without one pyHanko would open a network client
        fetcher_backend=object(),
    )
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=certificates,
            revinfo_gathering_policy=offline,
            local_knowledge=local,
            key_usage_settings=signer_usage(),
        )
    )
