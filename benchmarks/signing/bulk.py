"""200 documents in one authentication, through the use cases that the pages call, as many to a request as they send.

The officer's page is stood in for by Python: it gets what the page gets, signs with a P-256 key and sends what the page
sends. A browser's own time for a signature is some tenths of a millisecond more, HTTP's is not in it.
"""

import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.run import Clock, Figures, Run
from benchmarks.signing.material import NOW, make
from benchmarks.signing.whole import begun
from processes.demo import player as playing
from processes.demo.player import Player
from processes.office import Office
from processes.own_keys import subject_of
from processes.use_cases.many_documents import (
    Outcome,
    SignMany,
    complete_signatures,
    prepare_signatures,
    sign_many,
)
from processes.use_cases.request_certificate import RequestCertificate, request_certificate
from processes.use_cases.sign_step import SignStep
from signing.algorithms import sign_with
from signing.certificates import Profile, signer_name
from signing.request import SignatureLevel
from signing.service import Signing

DOCUMENTS = 200
PORTION, PORTION_WITH_PIN = 10, 25
"""of web/assets/src/keys/many.js"""


def measure(run: Run) -> Figures:
    """Seconds for 200 documents, with a key of the browser and with one that the server opens by a PIN."""
    count = run.times(DOCUMENTS, DOCUMENTS // 10)
    with begun(run, "bulk-office", 2 * count) as (office, players):
        waiting = _waiting(players[:count])
        by_pin, pin_cpu = _seconds(_with_pin(office, waiting), count)
        key = _browser_key(office, waiting[0].by)
        by_key, key_cpu = _seconds(_with_key(office, key, _waiting(players[count:])), count)
    alone = _signatures_alone(run, count)
    run.say(
        f"  200 documents in one authentication: {by_key} s with a key of the browser "
        f"({DOCUMENTS / by_key:.1f}/s; {key_cpu} s of the processor), {by_pin} s with PKCS#12 and PIN "
        f"({DOCUMENTS / by_pin:.1f}/s; {pin_cpu} s of the processor); the signatures alone: {alone} s"
    )
    return {
        "bulk_200_seconds": by_key,
        "bulk_200_pkcs12_seconds": by_pin,
        "bulk_200_cpu_seconds": key_cpu,
        "bulk_200_pkcs12_cpu_seconds": pin_cpu,
        "bulk_200_signatures_seconds": alone,
    }


def _seconds(requests: Iterator[Sequence[Outcome]], count: int) -> tuple[float, float]:
    """By the wall, and of the processor; scaled to all documents."""
    started, cpu = time.perf_counter(), time.process_time()
    outcomes = [each for request in requests for each in request]
    spent, cpu = time.perf_counter() - started, time.process_time() - cpu
    refused = [each.refusal for each in outcomes if each.refusal]
    if refused or len(outcomes) != count:
        raise RuntimeError(f"{len(outcomes)} of {count} documents, {len(refused)} refused: {refused[:1]}")
    return round(spent * DOCUMENTS / count, 2), round(cpu * DOCUMENTS / count, 2)


def _waiting(players: Sequence[Player]) -> list[SignStep]:
    """The documents of their first steps, made and not signed."""
    waiting: list[SignStep] = []
    before = vars(playing)["sign_step"]
    vars(playing)["sign_step"] = lambda _office, request: waiting.append(request)
    try:
        for each in players:
            each.act()
    finally:
        vars(playing)["sign_step"] = before
    return waiting


def _portions(waiting: Sequence[SignStep], size: int) -> Iterator[Sequence[SignStep]]:
    for start in range(0, len(waiting), size):
        yield waiting[start : start + size]


def _with_pin(office: Office, waiting: Sequence[SignStep]) -> Iterator[list[Outcome]]:
    for some in _portions(waiting, PORTION_WITH_PIN):
        attempts = [each.attempt_id for each in some]
        yield sign_many(office, SignMany(attempts=attempts, by=some[0].by, pin=some[0].pin))


def _with_key(
    office: Office, key: ec.EllipticCurvePrivateKey, waiting: Sequence[SignStep]
) -> Iterator[Sequence[Outcome]]:
    for some in _portions(waiting, PORTION):
        by, values = some[0].by, dict[UUID, bytes]()
        for each in prepare_signatures(office, [one.attempt_id for one in some], by):
            if each.to_be_signed is None:
                raise RuntimeError(f"not prepared: {each.refusal}")
            values[each.subject] = sign_with(key, each.to_be_signed.attributes)
        yield complete_signatures(office, values, by)


def _browser_key(office: Office, by: UUID) -> ec.EllipticCurvePrivateKey:
    """A new key of an officer, certified as the page has it certified."""
    with office.reading() as uow:
        subject = subject_of(uow.session, by)
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder(signer_name(subject, Profile.OFFICER)).sign(key, hashes.SHA256())
    command = RequestCertificate(by=by, info=request.tbs_certrequest_bytes, value=request.signature)
    if request_certificate(office, command) is None:
        raise RuntimeError("the pilot authority did not certify it")
    return key


def _signatures_alone(run: Run, count: int) -> float:
    material = make(run.folder / "bulk")
    key = material.key("rsa2048")
    signing = Signing(clock=lambda: NOW, timestamper=material.authority.timestamper(lambda: NOW))
    request = material.request(key, SignatureLevel.B_T)
    clock = Clock()
    for _ in range(count):
        clock.measure(lambda: signing.sign(request, key))
    return round(sum(clock.wall) * DOCUMENTS / count, 2)
