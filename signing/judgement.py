"""Judging one signature or one timestamp with pyHanko's building blocks (ETSI EN 319 102-1, 5.3 to 5.5), offline."""

import asyncio
import dataclasses
import logging
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pyhanko.sign.ades.report import AdESIndeterminate, AdESStatus, AdESSubIndic
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    cms_basic_validation,
    extract_tst_data_iter,
    message_imprint_checker,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from signing.integrity import judge_integrity
from signing.knowledge import Knowledge
from signing.policy import EXTENDED_USAGES, KEY_USAGES
from signing.report import PASSED, Finding, Outcome, Revoking, Verdict, first_line
from signing.services import Purpose
from signing.structure import Stamp
from signing.timestamp import CLOCK_TOLERANCE

Result = TypeVar("Result")
HOLD = "certificateHold"
OUT_OF_BOUNDS = AdESIndeterminate.OUT_OF_BOUNDS_NO_POE.standard_name
NOT_REVOKED = AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED.standard_name
NO_CHAIN = AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND.standard_name

# what pyHanko warns about, with tracebacks, is in the report; on a terminal it would look like a failure of the product
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Token:
    """A timestamp over a signature: attached to it, or a document timestamp after it."""

    proves: datetime
    outcome: Outcome
    intact: bool
    """its imprint and its own signature are right, whoever made it"""
    field: str | None = None
    """of a document timestamp"""
    revision: int = -1
    signed_data: Any = dataclasses.field(default=None, repr=False)
    """the token's CMS; None: unreadable"""


def judge_token(
    signed_data: Any, imprint: Any, knowledge: Knowledge, moment: datetime | None = None
) -> tuple[datetime, Outcome, bool]:
    """A timestamp token: time, outcome, intact. A time in the future is refused, whoever signed it.

    :param moment: judge its certificate as of then, because a later timestamp proves that the token existed
    """
    proves: datetime = signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    if proves > knowledge.at + CLOCK_TOLERANCE:
        future = f"its time {proves:%Y-%m-%d %H:%M} UTC is in the future"
        return proves, Outcome(Verdict.INDETERMINATE, "TIMESTAMP_ORDER_FAILURE", future, Finding.TIME_IN_FUTURE), False
    context = knowledge.context(moment, purpose=Purpose.TIMESTAMPS, trusted_at=proves)
    status = run(validate_tst_signed_data(signed_data, context, imprint))
    outcome = _with_service_of_token(_outcome(status), signed_data, knowledge, proves)
    if outcome.sub_indication == AdESIndeterminate.REVOKED_NO_POE.standard_name:
        # a token of an authority revoked since proves nothing by itself: its key may have been stolen
        outcome = replace(outcome, reason="the time-stamping authority was revoked")
    return proves, outcome, bool(status["intact"] and status["valid"])


def attached_tokens(stamp: Stamp, knowledge: Knowledge, moment: datetime | None = None) -> list[Token]:
    """Signature timestamps among the unsigned attributes; `moment` as for `judge_token`."""
    signer_info = stamp.embedded.signer_info
    imprint = message_imprint_checker(signer_info)
    tokens = []
    for signed_data in extract_tst_data_iter(signer_info, signed=False):
        try:
            tokens.append(Token(*judge_token(signed_data, imprint, knowledge, moment), signed_data=signed_data))
        except SignatureValidationError as error:
            tokens.append(Token(knowledge.at, _refused(error), intact=False))
    return tokens


def document_token(stamp: Stamp, knowledge: Knowledge, moment: datetime | None = None) -> Token:
    """A document timestamp, with what came after it; `moment` as for `judge_token`."""
    try:
        integrity = judge_integrity(stamp)
        judged = judge_token(stamp.embedded.signed_data, stamp.embedded.compute_digest, knowledge, moment)
    except SignatureValidationError as error:
        return Token(knowledge.at, _refused(error), intact=False, field=stamp.field, revision=stamp.revision)
    proves, outcome, intact = judged
    if not integrity.passed:
        outcome, intact = integrity, False
    return Token(proves, outcome, intact, stamp.field, stamp.revision, stamp.embedded.signed_data)


def judge_signer(stamp: Stamp, knowledge: Knowledge, proven_at: datetime | None) -> Outcome:
    """The cryptography, the certificate, its chain and its revocation: now, or at the time that is proven."""
    return after_grace(_judge_now(stamp, knowledge, proven_at), stamp, knowledge, proven_at)


def after_grace(outcome: Outcome, stamp: Stamp, knowledge: Knowledge, proven_at: datetime | None) -> Outcome:
    """What passed passes still by the revocation data alone that were issued when the grace period was over.

    It runs from the proven time, else from the claimed one.
    """
    since = proven_at or stamp.claimed_at
    if not (knowledge.grace and outcome.passed and since):
        return outcome
    # such data tell whole seconds
    needed = (since + knowledge.grace).replace(microsecond=0)
    counting = knowledge.issued_since(stamp.embedded.signer_cert, needed)
    if judge_at(stamp, counting, proven_at).passed:
        return outcome
    reason = f"none of the revocation data was issued after the grace period, which ends {needed:%Y-%m-%d %H:%M} UTC"
    return Outcome(Verdict.INDETERMINATE, "TRY_LATER", reason, revoked=outcome.revoked)


def _judge_now(stamp: Stamp, knowledge: Knowledge, proven_at: datetime | None) -> Outcome:
    try:
        status = run(_basic(stamp, knowledge.context(trusted_at=proven_at)))
        status = _named_revoked(stamp, knowledge, proven_at) or status if _outcome(status).passed else status
        outcome = _with_service(_outcome(status), stamp, knowledge, proven_at)
        if outcome.sub_indication == AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE.standard_name:
            return _judge_outdated(stamp, knowledge, outcome, proven_at)
        if outcome.passed or outcome.sub_indication == OUT_OF_BOUNDS:
            return _judge_bounds(stamp, knowledge, outcome, proven_at)
        if outcome.sub_indication != AdESIndeterminate.REVOKED_NO_POE.standard_name:
            return outcome
        details = status["revocation_details"]
        judged = _judge_revoked(stamp, knowledge, details, proven_at)
        return replace(judged, revoked=Revoking(at=details.revocation_date, reason=_reason(details)))
    except SignatureValidationError as error:
        return _refused(error)


def _judge_bounds(stamp: Stamp, knowledge: Knowledge, outcome: Outcome, proven_at: datetime | None) -> Outcome:
    """Was it signed while the certificate was valid, and was that not revoked until its end (5.2.6, 5.5.4)?

    Of revocation data only those count that were issued before the end: a list of afterwards need not name it any more.
    """
    certificate, claimed = stamp.embedded.signer_cert, stamp.claimed_at
    begins, ends = certificate.not_valid_before, certificate.not_valid_after
    if proven_at is not None and proven_at < begins - CLOCK_TOLERANCE:
        reason = f"it existed on {proven_at:%Y-%m-%d %H:%M} UTC, before its certificate was valid"
        return Outcome(Verdict.TOTAL_FAILED, "NOT_YET_VALID", reason)
    if outcome.passed or knowledge.at <= ends:
        return outcome
    if claimed is not None and claimed > ends and (proven_at is None or proven_at > ends):
        return Outcome(Verdict.TOTAL_FAILED, "EXPIRED", f"signed after its certificate had ended on {ends:%Y-%m-%d}")
    of_then = knowledge.issued_until(ends)
    moment = ends
    if proven_at is not None and proven_at <= ends:
        of_then, moment = of_then.issued_since(certificate, proven_at.replace(microsecond=0)), proven_at
    if not judge_at(stamp, of_then, moment).passed:
        return outcome
    return replace(
        outcome,
        sub_indication=NOT_REVOKED,
        reason="the certificate has ended; it was not revoked, but nothing proves that it signed before its end",
    )


def in_time(outcome: Outcome, stamp: Stamp, knowledge: Knowledge, proven_at: datetime | None) -> Outcome:
    """Passed, where the certificate was not revoked by data of its time, and is proven to have signed in it."""
    if (
        outcome.sub_indication != NOT_REVOKED
        or proven_at is None
        or proven_at > stamp.embedded.signer_cert.not_valid_after
    ):
        return outcome
    return after_grace(PASSED, stamp, knowledge, proven_at)


def _named_revoked(stamp: Stamp, knowledge: Knowledge, proven_at: datetime | None) -> dict[str, Any] | None:
    """What a genuine list says that names the certificate as revoked for good, whatever else says that it is not."""
    against = knowledge.against(stamp.embedded.signer_cert)
    if against is None:
        return None
    status = run(_basic(stamp, against.context(trusted_at=proven_at)))
    details = status["revocation_details"]
    revoked = _outcome(status).sub_indication == AdESIndeterminate.REVOKED_NO_POE.standard_name
    return status if revoked and _reason(details) != HOLD else None


def _judge_revoked(stamp: Stamp, knowledge: Knowledge, details: Any, proven_at: datetime | None) -> Outcome:
    """Revoked before or after signing? Only a timestamp proves 'before'; the signer's own word suffices for 'after'."""
    revoked_at: datetime = details.revocation_date
    why = "" if details.revocation_reason is None else f" because of {details.revocation_reason.human_friendly}"
    when = f"the certificate was revoked on {revoked_at:%Y-%m-%d %H:%M} UTC{why}"
    if proven_at is not None and proven_at < revoked_at:
        then = judge_at(stamp, knowledge, proven_at)
        late = f"{when}, after the proven time"
        return Outcome(then.verdict, then.sub_indication, late, Finding.REVOKED_LATER) if then.passed else then
    if stamp.claimed_at is not None and stamp.claimed_at >= revoked_at:
        return Outcome(Verdict.TOTAL_FAILED, "REVOKED", f"{when}, before signing")
    return Outcome(Verdict.INDETERMINATE, "REVOKED_NO_POE", f"{when}; nothing proves that it was signed before")


def _reason(details: Any) -> str:
    """As RFC 5280 names it; asn1crypto parts its words."""
    given = details.revocation_reason
    return "unspecified" if given is None else _RFC_5280.get(given.native, given.native)


def judge_at(stamp: Stamp, knowledge: Knowledge, moment: datetime | None) -> Outcome:
    """The cryptography, the certificate, its chain and its revocation as of an earlier moment; None: now."""
    try:
        return _outcome(run(_basic(stamp, knowledge.context(moment))))
    except SignatureValidationError as error:
        return _refused(error)


def _with_service(outcome: Outcome, stamp: Stamp, knowledge: Knowledge, proven_at: datetime | None) -> Outcome:
    """The same, with what a trusted list says of the service that issued the certificate, where it says something."""
    embedded = stamp.embedded
    others = [one.dump() for one in embedded.other_embedded_certs]
    return _told_of_service(
        outcome, knowledge, (embedded.signer_cert.dump(), others), Purpose.SIGNATURES, proven_at or knowledge.at
    )


def _with_service_of_token(outcome: Outcome, signed_data: Any, knowledge: Knowledge, proves: datetime) -> Outcome:
    """As `_with_service`, of the authority that made a token."""
    if not knowledge.services or not (outcome.passed or outcome.sub_indication == NO_CHAIN):
        return outcome
    others = [one.chosen.dump() for one in signed_data["certificates"] if one.name == "certificate"]
    chain = (extract_certificate_info(signed_data).signer_cert.dump(), others)
    return _told_of_service(outcome, knowledge, chain, Purpose.TIMESTAMPS, proves)


def _told_of_service(
    outcome: Outcome, knowledge: Knowledge, chain: tuple[bytes, list[bytes]], purpose: Purpose, moment: datetime
) -> Outcome:
    """Granted at the moment that counts: it may have been withdrawn later. Not granted then: no chain, and why."""
    if not (outcome.passed or outcome.sub_indication == NO_CHAIN):
        return outcome
    service = knowledge.service_above(*chain, purpose)
    if service is None:
        return outcome
    if not outcome.passed:
        if service.granted_at(moment):
            return outcome
        return replace(outcome, reason=service.objection_at(moment), rule=Finding.SERVICE_NOT_GRANTED)
    if service.granted_at(knowledge.at) or not service.granted_at(moment):
        # not granted then, and passed all the same: another anchor stands above it
        return outcome
    reason = f"{service.objection_at(knowledge.at)}, after the proven time"
    return replace(outcome, reason=reason, rule=Finding.WITHDRAWN_LATER)


def _judge_outdated(stamp: Stamp, knowledge: Knowledge, outcome: Outcome, proven_at: datetime | None) -> Outcome:
    """An algorithm nobody believes any more was good enough while it was believed (ETSI EN 319 102-1, 5.5.4)."""
    if proven_at is None or stamp.embedded.signer_cert.not_valid_after < knowledge.at:
        return outcome
    then = judge_at(stamp, knowledge, proven_at)
    reason = "its algorithm or key was still believed at the proven time"
    return Outcome(then.verdict, then.sub_indication, reason, Finding.OUTDATED_LATER) if then.passed else outcome


def signer_usage() -> KeyUsageConstraints:
    """The policy on key usages, in pyHanko's terms."""
    return KeyUsageConstraints(
        key_usage=set(KEY_USAGES),
        extd_key_usage=set(EXTENDED_USAGES.values()) | set(EXTENDED_USAGES),
        explicit_extd_key_usage_required=False,
    )


async def _basic(stamp: Stamp, context: ValidationContext) -> dict[str, Any]:
    status: dict[str, Any] = await cms_basic_validation(
        stamp.embedded.signed_data,
        raw_digest=stamp.embedded.compute_digest(),
        validation_context=context,
        key_usage_settings=signer_usage(),
    )
    return status


def _outcome(status: dict[str, Any]) -> Outcome:
    if not status["intact"]:
        return Outcome(Verdict.TOTAL_FAILED, "HASH_FAILURE", "the signed bytes were changed")
    if not status["valid"]:
        return Outcome(Verdict.TOTAL_FAILED, "SIG_CRYPTO_FAILURE", "the signature value is not the certificate's")
    problem: AdESSubIndic | None = status["trust_problem_indic"]
    if problem is None:
        return PASSED
    return _indicated(problem, _REASONS.get(problem.standard_name, "the certificate could not be validated"))


def _refused(error: SignatureValidationError) -> Outcome:
    message = first_line(error.failure_message)
    if error.ades_subindication is None:
        return Outcome(Verdict.INDETERMINATE, "GENERIC", message)
    return _indicated(error.ades_subindication, message)


def _indicated(problem: AdESSubIndic, reason: str) -> Outcome:
    verdict = Verdict.TOTAL_FAILED if problem.status is AdESStatus.FAILED else Verdict.INDETERMINATE
    return Outcome(verdict, problem.standard_name, reason)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run one of pyHanko's coroutines to its end, also where this thread has an event loop already."""
    if not _has_loop():
        return asyncio.run(work)
    results: list[Result] = []
    errors: list[BaseException] = []

    def apart() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - carried over to the calling thread
            errors.append(error)

    thread = threading.Thread(target=apart)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


_RFC_5280 = {
    "key_compromise": "keyCompromise",
    "ca_compromise": "cACompromise",
    "affiliation_changed": "affiliationChanged",
    "cessation_of_operation": "cessationOfOperation",
    "certificate_hold": "certificateHold",
    "remove_from_crl": "removeFromCRL",
    "privilege_withdrawn": "privilegeWithdrawn",
    "aa_compromise": "aACompromise",
}
_REASONS = {
    "NO_CERTIFICATE_CHAIN_FOUND": "no chain leads to a trusted root",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": "the chain is not valid, or its revocation status is unknown",
    "OUT_OF_BOUNDS_NO_POE": "the certificate is outside its validity, and nothing proves when it signed",
    "CHAIN_CONSTRAINTS_FAILURE": "the certificate was not issued for this use",
    "REVOKED_CA_NO_POE": "an issuing certificate was revoked",
    "TRY_LATER": "the revocation data are not fresh enough",
    "CRYPTO_CONSTRAINTS_FAILURE": "the algorithm or key is too weak",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "the algorithm or key is too weak by now",
    "NO_POE": "nothing proves that it existed in time",
}
