"""B-T, B-LT and B-LTA with warm caches, authorities in this process; an LTA document validated offline."""

from functools import partial
from statistics import median

from benchmarks.run import Clock, Figures, Run
from benchmarks.signing.material import NOW, Material, make
from signing.errors import FetchFailed
from signing.fetching import InProcess
from signing.request import SignatureLevel
from signing.revocation import MemoryCache, RevocationSource
from signing.service import Signing

RAISED = (SignatureLevel.B_LT, SignatureLevel.B_LTA)


class _Nobody:
    """No network."""

    def get(self, url: str) -> bytes:
        raise FetchFailed(f"{url} is out of reach")

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        raise FetchFailed(f"{url} is out of reach for {len(body)} bytes of {content_type}")


def measure(run: Run) -> Figures:
    """Milliseconds of the processor for a signature at B-T, for each further level, for a validation."""
    material = make(run.folder / "levels")
    room = _room(material)
    key = material.key("p256")
    request = material.request(key, SignatureLevel.B_T)
    clocks = {name: Clock() for name in ("bt", *RAISED, "validation")}
    trust = material.authority.trust(
        (material.authority.crl("issuing", at=NOW), material.authority.crl("root", at=NOW))
    )
    for turn in range(run.times(30, 4)):
        measured = clocks if turn else {name: Clock() for name in clocks}
        signed = measured["bt"].measure(lambda: room.sign(request, key))
        for level in RAISED:
            signed = measured[level].measure(partial(room.raise_level, signed.pdf, level))
        report = measured["validation"].measure(partial(room.validate, signed.pdf, trust, at=NOW))
        if (report.verdict, report.level) != ("TOTAL-PASSED", "B-LTA"):
            raise RuntimeError(f"what was measured is not valid: {report}")
    milliseconds = {name: round(median(clock.cpu) * 1000, 1) for name, clock in clocks.items()}
    run.say(
        f"  P-256, ms of the processor: B-T {milliseconds['bt']}, then to B-LT {milliseconds['B-LT']}, to B-LTA "
        f"{milliseconds['B-LTA']}; validation of that offline {milliseconds['validation']}"
    )
    return {
        "bt_cpu_ms": milliseconds["bt"],
        "to_blt_cpu_ms": milliseconds["B-LT"],
        "to_blta_cpu_ms": milliseconds["B-LTA"],
        "validate_blta_cpu_ms": milliseconds["validation"],
    }


def _room(material: Material) -> Signing:
    authority = material.authority
    responder = authority.responder(lambda _serial: True, lambda: NOW)
    doors = {
        "/ocsp": responder.respond,
        "/issuing.crl": lambda _: authority.crl("issuing", at=NOW),
        "/root.crl": lambda _: authority.crl("root", at=NOW),
    }
    transport = InProcess(authority.url, doors, _Nobody())
    return Signing(
        clock=lambda: NOW,
        timestamper=authority.timestamper(lambda: NOW),
        trust=authority.anchors,
        revocation=RevocationSource(transport, MemoryCache()),
    )
