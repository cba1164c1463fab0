"""Judging what has ended since, by the document timestamps made in time (ETSI EN 319 102-1, 5.6)."""

from collections.abc import Sequence
from datetime import datetime

from signing.judgement import Token, after_grace, attached_tokens, document_token, judge_at
from signing.knowledge import Knowledge
from signing.report import PASSED, Outcome, Verdict
from signing.structure import Stamp

UNPROVEN = frozenset(
    {
        "OUT_OF_BOUNDS_NO_POE",
        "OUT_OF_BOUNDS_NOT_REVOKED",
        "REVOKED_CA_NO_POE",
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "NO_POE",
        # today's revocation data are missing or old; those of then are in the document
        "TRY_LATER",
        "CERTIFICATE_CHAIN_GENERAL_FAILURE",
    }
)
"""what a proof of existence in time may still turn into a pass"""


def document_tokens(stamps: Sequence[Stamp], knowledge: Knowledge) -> list[Token]:
    """Document timestamps, oldest first. One whose authority has ended is judged as of the next later good one."""
    tokens: list[Token] = []
    proven_at: datetime | None = None
    for stamp in reversed(stamps):
        token = document_token(stamp, knowledge)
        if token.outcome.sub_indication in UNPROVEN and proven_at is not None:
            then = document_token(stamp, knowledge, proven_at)
            token = then if then.outcome.passed else token
        if token.outcome.passed:
            proven_at = token.proves
        tokens.append(token)
    return tokens[::-1]


def attached_in_time(stamp: Stamp, knowledge: Knowledge, later: Sequence[Token]) -> list[Token]:
    """Timestamps attached to a signature. One whose authority has ended is judged as of the first good later one.

    :param later: document timestamps after the signature
    """
    tokens = attached_tokens(stamp, knowledge)
    proven_at = min((one.proves for one in later if one.outcome.passed), default=None)
    if proven_at is None or not any(one.outcome.sub_indication in UNPROVEN for one in tokens):
        return tokens
    then = attached_tokens(stamp, knowledge, proven_at)
    return [new if new.outcome.passed else old for old, new in zip(tokens, then, strict=True)]


def judge_past(stamp: Stamp, knowledge: Knowledge, later: Sequence[Token]) -> Outcome:
    """The signature as of the first good document timestamp after it: what that covers existed then (5.6.2).

    Of revocation data only those count that were issued while the signer's certificate was valid: a list of
    afterwards need not name it any more (RFC 5280, 3.3).

    :param later: document timestamps after the signature
    """
    proven_at = min((one.proves for one in later if one.outcome.passed), default=None)
    if proven_at is None:
        return Outcome(Verdict.INDETERMINATE, "NO_POE", "no later timestamp proves that it existed in time")
    ended = stamp.embedded.signer_cert.not_valid_after
    outcome = judge_at(stamp, knowledge.issued_until(ended), proven_at)
    if outcome.passed:
        return after_grace(PASSED, stamp, knowledge, proven_at)
    reason = "its archival timestamps do not prove that it was valid in time"
    return Outcome(outcome.verdict, outcome.sub_indication, f"{reason}: {outcome.reason}")
