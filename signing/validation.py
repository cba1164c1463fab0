"""Judging a document: all its signatures together, against what its step.json expects (ETSI EN 319 102-1).

Never raises on a document: whatever the bytes are, there is a verdict.
"""

import hashlib
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pyhanko.pdf_utils.reader import PdfFileReader

from signing.case_chain import judged_together
from signing.details import as_details, from_details
from signing.errors import DocumentUnusable
from signing.expected import (
    SEAL,
    STEP,
    ExpectedSignature,
    awaited,
    control_of,
    expected_signatures,
    names_person,
    objection,
    signer_name,
    standing_of,
    step_facts,
)
from signing.integrity import END_OF_FILE, judge_integrity, judge_rest, judge_unsigned
from signing.judgement import Token, in_time, judge_signer
from signing.knowledge import knowledge_of
from signing.levels import level_of, missing, security_store
from signing.material import material_of, timestamp_report
from signing.past import UNPROVEN, attached_in_time, document_tokens, judge_past
from signing.report import (
    PASSED,
    Finding,
    Outcome,
    Process,
    SignatureReport,
    ValidationReport,
    Verdict,
    format_failure,
    limit_exceeded,
    require_passed,
    worst,
)
from signing.report_xml import as_xml
from signing.request import SignatureLevel
from signing.services import TrustedService
from signing.structure import Broken, Stamp, open_pdf, read_attachment, stamps_of
from signing.timestamp import CLOCK_TOLERANCE
from signing.trust import TrustStore, read_trust
from signing.trust_folder import trust_of_folder

__all__ = [
    "SEAL",
    "STEP",
    "TrustStore",
    "TrustedService",
    "ValidationReport",
    "Verdict",
    "as_details",
    "as_xml",
    "from_details",
    "judged_together",
    "limit_exceeded",
    "read_attachment",
    "read_trust",
    "require_passed",
    "validate",
    "verify_files",
]

LARGEST = 128 * 1024 * 1024
"""bytes of a document that is judged"""
HEADER_WITHIN, MARKER_WITHIN = 1024, 2048
"""bytes from the beginning and from the end: further away readers do not look for them"""


def validate(pdf: bytes, trust: TrustStore, *, at: datetime, file: str = "") -> ValidationReport:
    """Judge a document at `at` with the certificates and CRLs given; nothing is fetched.

    Unsigned is INDETERMINATE; no readable PDF is TOTAL-FAILED with FORMAT_FAILURE.
    """
    sha256 = hashlib.sha256(pdf).hexdigest()
    return replace(_judged(pdf, trust, at), file=file, at=at, sha256=sha256, bytes=len(pdf))


def _judged(pdf: bytes, trust: TrustStore, at: datetime) -> ValidationReport:
    if b"%PDF-" not in pdf[:HEADER_WITHIN]:
        return format_failure("not a PDF")
    if len(pdf) > LARGEST:
        return limit_exceeded(f"larger than {LARGEST // 1024 // 1024} MB, which is the most that is judged")
    try:
        _require_end(pdf)
        return _Document(open_pdf(pdf), trust, at).report()
    except DocumentUnusable as error:
        return format_failure(str(error))
    except MemoryError:
        return limit_exceeded("judging this file takes more memory than is allowed")
    except (Exception, RecursionError) as error:  # noqa: BLE001 - foreign bytes raise anything; the verdict says so
        return format_failure(f"unreadable PDF ({type(error).__name__}: {error})"[:300])


def _require_end(pdf: bytes) -> None:
    """Readers look for the last marker backwards, line by line: in a hundred megabytes of zeros, for a minute."""
    if END_OF_FILE not in pdf[-MARKER_WITHIN:]:
        raise DocumentUnusable("no end-of-file marker at its end: it was cut, or something is appended")


class Judge(Protocol):
    """`validate` itself, or the same somewhere else."""

    def __call__(self, pdf: bytes, trust: TrustStore, *, at: datetime, file: str = "") -> ValidationReport:
        """Judge; never raises."""
        ...


def verify_files(
    paths: Sequence[Path], trust_dir: Path | None, at: datetime, judge: Judge = validate
) -> list[ValidationReport]:
    """Judge files offline with the certificates, CRLs and trusted lists of a folder: what `karguzar verify` prints.

    Documents of one case are followed from one to the next (`signing.case_chain`).

    Never raises; a missing file is a FORMAT_FAILURE, an unreadable trust file a finding of each report.
    """
    folder = trust_of_folder(trust_dir, at=at) if trust_dir is not None else None
    store = folder.store if folder else TrustStore()
    problems = tuple(Finding.TRUST_UNREADABLE.says(str(one)) for one in folder.unreadable) if folder else ()
    judged = [_verified(path, store, at, judge).with_findings(problems) for path in paths]
    return judged_together(judged)


def _verified(path: Path, trust: TrustStore, at: datetime, judge: Judge) -> ValidationReport:
    try:
        # a device or a pipe would be read for ever
        if not stat.S_ISREG(path.stat().st_mode):
            return format_failure("cannot be read: this is not a file", file=str(path))
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        return format_failure(f"cannot be read: {error}", file=str(path))
    return judge(data, trust, at=at, file=str(path))


@dataclass(frozen=True, slots=True)
class _Judged:
    """A judgement of the document as a whole."""

    verdict: Verdict
    finding: str


class _Document:
    """One document under judgement."""

    def __init__(self, reader: PdfFileReader, trust: TrustStore, at: datetime) -> None:
        self._reader = reader
        self._at = at
        self._store = security_store(reader)
        self._knowledge = knowledge_of(trust, self._store, at)
        stamps, self._broken = stamps_of(reader)
        self._signatures = [one for one in stamps if not one.is_timestamp]
        self._timestamps = [one for one in stamps if one.is_timestamp]
        self._tokens = document_tokens(self._timestamps, self._knowledge)
        self._judged: list[_Judged] = []
        self._awaited: list[str] = []
        self._step = step_facts(reader)

    def report(self) -> ValidationReport:
        """Judge each signature, then all of them together."""
        signatures = tuple(report for one in self._signatures if (report := self._readable(one)) is not None)
        if not signatures and not self._broken:
            self._judge(Verdict.INDETERMINATE, Finding.NO_SIGNATURE, "the document is not signed")
        self._judge_readable()
        self._judge_whole_file()
        self._judge_unsigned()
        self._judge_timestamps()
        self._judge_expected({one.field for one in signatures if one.verdict is Verdict.TOTAL_PASSED})
        levels = [one.level for one in signatures]
        level = None if None in levels else min((one for one in levels if one), key=_rank, default=None)
        return ValidationReport(
            verdict=worst(*(one.verdict for one in signatures), *(one.verdict for one in self._judged)),
            level=level,
            waits_for=(*(str(one) for one in missing(level)), *self._awaited),
            step=self._step,
            signatures=signatures,
            findings=tuple(one.finding for one in self._judged),
        )

    def _judge(self, verdict: Verdict, finding: Finding, sentence: str) -> None:
        self._judged.append(_Judged(verdict, finding.says(sentence)))

    def _readable(self, stamp: Stamp) -> SignatureReport | None:
        """None: this one is broken; the others are judged all the same."""
        try:
            return self._signature(stamp)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - pyHanko raises what it likes on foreign signatures
            self._broken.append(Broken(stamp.field, f"{type(error).__name__}: {error}"[:300]))
            return None

    def _signature(self, stamp: Stamp) -> SignatureReport:
        integrity = judge_integrity(stamp)
        later = [one for one in self._tokens if one.revision > stamp.revision]
        tokens = [*attached_in_time(stamp, self._knowledge, later), *later]
        proven_at = min((one.proves for one in tokens if one.outcome.passed), default=None)
        process, signed = self._judge_signer(stamp, proven_at, later)
        outcome = _weightiest(
            signed,
            integrity,
            _judge_claim(stamp, proven_at, self._at),
            *(one.outcome for one in tokens if one.field is None),
        )
        certificate = stamp.embedded.signer_cert
        signer = signer_name(certificate)
        self._tell(stamp.field, signer, outcome)
        return SignatureReport(
            signer=signer,
            level=level_of(stamp, tokens, self._store, self._reader),
            verdict=outcome.verdict,
            sub_indication=outcome.sub_indication,
            claimed_at=stamp.claimed_at,
            proven_at=proven_at,
            field=stamp.field,
            certificate_serial=f"{certificate.serial_number:x}",
            standing=standing_of(stamp),
            reason=outcome.reason,
            process=process,
            revision=stamp.revision,
            covered_bytes=stamp.embedded.byte_range[2] + stamp.embedded.byte_range[3],
            material=material_of(stamp),
            timestamps=tuple(timestamp_report(one) for one in tokens),
            sole_control=self._sole_control(stamp, f"{certificate.serial_number:x}"),
            revoked=signed.revoked,
        )

    def _sole_control(self, stamp: Stamp, serial: str) -> bool | None:
        """What the document says of its author's key, and each signature of its own."""
        if self._step and self._step.certificate == serial:
            return self._step.sole_control
        return control_of(stamp)

    def _judge_signer(self, stamp: Stamp, proven_at: datetime | None, later: list[Token]) -> tuple[Process, Outcome]:
        """Now; and if the certificate has ended, by the document timestamps made in time."""
        outcome = judge_signer(stamp, self._knowledge, proven_at)
        if outcome.sub_indication in UNPROVEN and any(one.outcome.passed for one in later):
            return Process.ARCHIVAL, judge_past(stamp, self._knowledge, later)
        if proven_at is None:
            return Process.BASIC, outcome
        return Process.WITH_TIME, in_time(outcome, stamp, self._knowledge, proven_at)

    def _tell(self, field: str, signer: str, outcome: Outcome) -> None:
        """An outcome's reason, as a finding."""
        if not outcome.reason:
            return
        indication = f" ({outcome.sub_indication})" if outcome.sub_indication else ""
        self._judge(outcome.verdict, outcome.finding, f"{field}, {signer}: {outcome.reason}{indication}")

    def _judge_readable(self) -> None:
        for one in self._broken:
            sentence = f"FORMAT_FAILURE in field {one.field}: {one.reason}"
            self._judge(Verdict.TOTAL_FAILED, Finding.SIGNATURE_UNREADABLE, sentence)

    def _judge_whole_file(self) -> None:
        """Bytes after the newest signature or timestamp are nobody's (appended content, shadow attacks)."""
        stamps = [*self._signatures, *self._timestamps]
        if not stamps:
            return
        rest = judge_rest(max(stamps, key=lambda one: one.revision))
        if not rest.passed:
            self._judge(rest.verdict, Finding.NOT_WHOLE_FILE, rest.reason)

    def _judge_unsigned(self) -> None:
        """Anybody may get a timestamp over whatever they append: it stays unsigned."""
        if self._signatures:
            unsigned = judge_unsigned(max(self._signatures, key=lambda one: one.revision))
            if not unsigned.passed:
                self._judge(unsigned.verdict, unsigned.finding, unsigned.reason)

    def _judge_timestamps(self) -> None:
        for one in self._tokens:
            if not one.outcome.passed:
                sentence = f"{one.field}: {one.outcome.reason} ({one.outcome.sub_indication})"
                self._judge(one.outcome.verdict, Finding.TIMESTAMP_INVALID, sentence)

    def _judge_expected(self, passed: Collection[str]) -> None:
        """A rogue signature is valid by itself; only the list in step.json tells that nobody asked for it."""
        try:
            expected = expected_signatures(self._reader)
        except (DocumentUnusable, ValueError, KeyError, TypeError, AttributeError) as error:
            self._judge(Verdict.INDETERMINATE, Finding.STEP_UNREADABLE, f"{STEP}: {error}")
            return
        if expected is None:
            return
        found = {one.field for one in self._signatures} | {one.field for one in self._broken}
        for field in sorted(found - expected.keys()):
            self._judge(Verdict.TOTAL_FAILED, Finding.UNEXPECTED_SIGNATURE, f"nobody asked for a signature in {field}")
        self._awaited = list(awaited(expected, found))
        for sentence in self._awaited:
            self._judge(Verdict.INDETERMINATE, Finding.MISSING_SIGNATURE, sentence)
        sealed = self._sealed(expected, passed)
        for stamp in self._signatures:
            wrong = stamp.field in expected and objection(stamp, expected[stamp.field], sealed=stamp.revision < sealed)
            if wrong:
                self._judge(Verdict.INDETERMINATE, Finding.WRONG_SIGNER, wrong)

    def _sealed(self, expected: Mapping[str, ExpectedSignature], passed: Collection[str]) -> int:
        """The revision of the newest e-seal of the body that is valid; what stands under it the office has checked."""
        seals = [
            one.revision
            for one in self._signatures
            if one.field in passed
            and (seal := expected.get(one.field)) is not None
            and seal.role == SEAL
            and names_person(one.embedded.signer_cert, seal.person)
        ]
        return max(seals, default=-1)


def _judge_claim(stamp: Stamp, proven_at: datetime | None, at: datetime) -> Outcome:
    """The claimed time is neither in the future nor later than what a timestamp proves."""
    claimed = stamp.claimed_at
    if claimed is None:
        return PASSED
    if claimed > at + CLOCK_TOLERANCE:
        reason = f"its claimed time {claimed:%Y-%m-%d %H:%M} UTC is in the future"
        return Outcome(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", reason, Finding.TIME_IN_FUTURE)
    if proven_at is not None and claimed > proven_at + CLOCK_TOLERANCE:
        reason = f"its claimed time is later than the timestamp's {proven_at:%Y-%m-%d %H:%M} UTC"
        return Outcome(Verdict.INDETERMINATE, "TIMESTAMP_ORDER_FAILURE", reason)
    return PASSED


def _weightiest(*outcomes: Outcome) -> Outcome:
    """The first of the worst."""
    verdict = worst(*(one.verdict for one in outcomes))
    return next(one for one in outcomes if one.verdict is verdict)


def _rank(level: SignatureLevel) -> int:
    return level.rank
