"""Files of strangers are judged in a child process: the same verdicts, and one also for what would never end."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from signing_pilot import CREATED, JUDGED, Pilot

from processes import validating
from processes.children import Child, ChildPool
from processes.validating import Validator
from signing.details import as_details, from_details
from signing.services import Period, Purpose, TrustedService
from signing.trust import TrustStore
from signing.validation import LARGEST, validate

SOON = 5.0
"""seconds of wall time"""
HEAD = "import sys; sys.argv = ['', sys.argv[1]]; sys.path.insert(0, sys.argv[1]); "
PRODUCT = str(Path(validating.__file__).parents[1])


@pytest.fixture(scope="module")
def validator() -> Iterator[Validator]:
    with Validator() as one:
        yield one


def child_of(validator: Validator) -> Child:
    return next(iter(validator.children._living))


def misbehaving(what: str, seconds: float = 30) -> Validator:
    """A validator whose child meets a file that makes it do `what` in the middle of a judgement."""
    body = f"import signing.validation, processes.validation_worker as w\ndef bad(*a, **k):\n  {what}\n"
    body += "signing.validation.open_pdf = bad\nw.main()"
    validator = Validator(seconds=seconds)
    validator.children = ChildPool(
        lambda: Child(("-c", HEAD + "exec(sys.stdin.read()) if 0 else exec(" + repr(body) + ")", PRODUCT), {}),
        workers=1,
        timeout=seconds,
        most_memory=validating.WORN,
    )
    return validator


def test_a_child_tells_the_same_report_in_full(pilot: Pilot, validator: Validator):
    pdf = pilot.signed().pdf
    told = validator.validate(pdf, pilot.trust(), at=JUDGED, file="a.pdf")
    assert told == validate(pdf, pilot.trust(), at=JUDGED, file="a.pdf")
    assert told.verdict == "TOTAL-PASSED"
    service = TrustedService(
        certificate=pilot.authority.certificate("issuing"),
        purpose=Purpose.SIGNATURES,
        periods=(Period(CREATED, JUDGED),),
    )
    listed = TrustStore((), (), pilot.trust().crls, (service,))
    told = validator.validate(pdf, listed, at=JUDGED)
    assert told == validate(pdf, listed, at=JUDGED)
    assert "SERVICE_NOT_GRANTED" in told.findings[0], "withdrawn, and no timestamp that is believed"
    assert from_details(as_details(told)) == told


def test_a_file_that_never_ends_is_stopped_and_told():
    with misbehaving("while True: pass", seconds=2) as validator:
        started = time.monotonic()
        report = validator.validate(b"%PDF-1.7\n%%EOF", TrustStore(), at=JUDGED, file="circle.pdf")
        assert time.monotonic() - started < 2 * SOON
        assert (report.verdict, report.file) == ("INDETERMINATE", "circle.pdf")
        assert report.findings == ("LIMIT_EXCEEDED: judging this file takes longer than 2 seconds",)


@pytest.mark.long
def test_a_file_that_wants_all_memory_is_stopped_and_told():
    with misbehaving("return bytearray(3 << 30)") as validator:
        report = validator.validate(b"%PDF-1.7\n%%EOF", TrustStore(), at=JUDGED)
        assert report.verdict == "INDETERMINATE"
        assert report.findings == ("LIMIT_EXCEEDED: judging this file takes more memory than is allowed",)


@pytest.mark.long
def test_a_file_that_kills_its_child_is_told():
    with misbehaving("__import__('os').abort()") as validator:
        report = validator.validate(b"%PDF-1.7\n%%EOF", TrustStore(), at=JUDGED)
        assert report.findings == ("LIMIT_EXCEEDED: the process that judged this file died of it",)


def test_a_child_killed_while_idle_is_replaced():
    with Validator() as validator:
        assert validator.validate(b"x", TrustStore(), at=JUDGED).verdict == "TOTAL-FAILED"
        idle = child_of(validator).process
        idle.kill()
        idle.wait(timeout=SOON)  # it dies in its own time: asked before that, it would die of the question
        assert validator.validate(b"x", TrustStore(), at=JUDGED).verdict == "TOTAL-FAILED"


def test_the_memory_of_the_process_that_asks_is_not_its_childs():
    own = bytearray(validating.WORN << 10)
    with Validator() as validator:
        validator.validate(b"x", TrustStore(), at=JUDGED)
        first = child_of(validator)
        validator.validate(b"x", TrustStore(), at=JUDGED)
        assert child_of(validator) is first
        assert 0 < first.peak_memory() < validating.WORN
    assert len(own) == validating.WORN << 10


@pytest.mark.long
def test_a_child_ends_when_its_parent_is_gone():
    with Validator() as validator:
        validator.validate(b"x", TrustStore(), at=JUDGED)
        child = child_of(validator)
        child.socket.close()
        assert child.process.wait(timeout=SOON) == 0


@pytest.mark.long
def test_a_child_reads_no_more_than_it_may():
    with Validator() as validator:
        report = validator.validate(b"%PDF-1.7\n" + b"\0" * LARGEST, TrustStore(), at=JUDGED)
    assert (report.verdict, report.bytes > LARGEST) == ("INDETERMINATE", True)
    assert report.findings[0].startswith("LIMIT_EXCEEDED: larger than 128 MB")
