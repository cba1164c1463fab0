"""200 documents in one authentication: signed one after the other with a key that was opened once."""

from benchmarks.run import Clock, Figures, Run
from benchmarks.signing.material import NOW, make
from signing.request import SignatureLevel
from signing.service import Signing

DOCUMENTS = 200


def measure(run: Run) -> Figures:
    """None: the office's own way of signing many is not measured yet; what the signatures alone take is."""
    material = make(run.folder / "bulk")
    key = material.key("rsa2048")
    signing = Signing(clock=lambda: NOW, timestamper=material.authority.timestamper(lambda: NOW))
    request = material.request(key, SignatureLevel.B_T)
    clock = Clock()
    count = run.times(DOCUMENTS, DOCUMENTS // 10)
    for _ in range(count):
        clock.measure(lambda: signing.sign(request, key))
    seconds = round(sum(clock.wall) * DOCUMENTS / count, 2)
    run.say(
        f"  200 documents at B-T with one open key, the signatures alone: {seconds} s; the office's way: not measured"
    )
    return {"bulk_200_seconds": None, "bulk_200_signatures_seconds": seconds}
