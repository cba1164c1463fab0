"""B-T, B-LT and B-LTA with warm caches, and an LTA document validated offline, beside pyHanko; all in this process."""

import logging
from functools import partial
from statistics import median

from benchmarks.run import Clock, Figures, Run
from benchmarks.signing.material import NOW, Material, make
from benchmarks.signing.stock import LEVELS, Stock
from signing.errors import FetchFailed
from signing.fetching import InProcess
from signing.request import SignatureLevel
from signing.revocation import MemoryCache, RevocationSource
from signing.service import Signing

RAISED = (SignatureLevel.B_LT, SignatureLevel.B_LTA)


VALIDATION = "validation"


class Clocks(dict[str, Clock]):
    """A clock for each level, and for the validation."""

    def __init__(self) -> None:
        super().__init__({name: Clock() for name in (*LEVELS, VALIDATION)})


class _Nobody:
    """No network."""

    def get(self, url: str) -> bytes:
        raise FetchFailed(f"{url} is out of reach")

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        raise FetchFailed(f"{url} is out of reach for {len(body)} bytes of {content_type}")


def measure(run: Run) -> Figures:
    """Milliseconds of the processor for a signature at B-T, for each further level, for a validation; pyHanko's."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    material = make(run.folder / "levels")
    ours, theirs = _Ours(material), _Theirs(material)
    for turn in range(run.times(30, 4) + 1):
        for each in (ours, theirs):
            each.go(Clocks() if turn == 0 else each.clocks)  # the first warms the caches
    own, stock = (_milliseconds(each.clocks) for each in (ours, theirs))
    # to pyHanko a level is a signature from the start, to us what is added to the level below
    from_the_start = {"B-T": own["B-T"], "B-LT": own["B-T"] + own["B-LT"], "B-LTA": sum(own[one] for one in LEVELS)}
    for level in LEVELS:
        run.say(
            f"  {level}, P-256: {from_the_start[level]:.1f} ms of the processor from the start, pyHanko {stock[level]}"
        )
    run.say(
        f"  a document at B-LTA validated offline: {own[VALIDATION]} ms, by pyHanko its signature {stock[VALIDATION]}"
    )
    figures = {
        "bt_cpu_ms": own["B-T"],
        "to_blt_cpu_ms": own["B-LT"],
        "to_blta_cpu_ms": own["B-LTA"],
        "validate_blta_cpu_ms": own[VALIDATION],
        "pyhanko_bt_cpu_ms": stock["B-T"],
        "pyhanko_blt_cpu_ms": stock["B-LT"],
        "pyhanko_blta_cpu_ms": stock["B-LTA"],
        "pyhanko_validate_blta_cpu_ms": stock[VALIDATION],
    }
    names = {"B-T": "bt", "B-LT": "blt", "B-LTA": "blta"}
    return figures | {f"{names[level]}_vs_pyhanko": round(stock[level] / from_the_start[level], 1) for level in LEVELS}


def _milliseconds(clocks: Clocks) -> dict[str, float]:
    return {name: round(median(clock.cpu) * 1000, 1) for name, clock in clocks.items()}


class _Ours:
    """A signature at B-T, raised level by level, and judged."""

    def __init__(self, material: Material) -> None:
        self.clocks = Clocks()
        self._room = _room(material)
        self._key = material.key("p256")
        self._request = material.request(self._key, SignatureLevel.B_T)
        lists = (material.authority.crl("issuing", at=NOW), material.authority.crl("root", at=NOW))
        self._trust = material.authority.trust(lists)

    def go(self, clocks: Clocks) -> None:
        signed = clocks["B-T"].measure(lambda: self._room.sign(self._request, self._key))
        for level in RAISED:
            signed = clocks[level].measure(partial(self._room.raise_level, signed.pdf, level))
        report = clocks[VALIDATION].measure(partial(self._room.validate, signed.pdf, self._trust, at=NOW))
        if (report.verdict, report.level) != ("TOTAL-PASSED", "B-LTA"):
            raise RuntimeError(f"what was measured is not valid: {report}")


class _Theirs:
    """The same levels as stock pyHanko signs and judges them."""

    def __init__(self, material: Material) -> None:
        self.clocks = Clocks()
        self._stock = Stock(material, material.key("p256"))

    def go(self, clocks: Clocks) -> None:
        for level in LEVELS:
            signed = clocks[level].measure(partial(self._stock.sign, level))
        verdict = clocks[VALIDATION].measure(partial(self._stock.validate, signed))
        if verdict.ades_subindic.name != "OK":
            raise RuntimeError(f"what pyHanko signed is not valid to it: {verdict.ades_subindic}")


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
