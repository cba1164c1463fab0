"""Time-stamping authorities and OCSP responders on loopback that answer, stall, drip, break off and lie.

Whatever they do, the officer's signature is made, nothing false is embedded, and the document rises once they mend.
"""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from signing_pilot import CREATED, PASSPHRASE, SIGNED, Pilot, SetClock

from signing import der
from signing.authority import PilotAuthority, PilotResponder, Subject
from signing.errors import FetchFailed, RevocationUnavailable, TimestampFailed
from signing.fetching import HttpTransport, InProcess
from signing.keys.pkcs12 import open_pkcs12
from signing.keys.software import SoftwareKey
from signing.levels import document_state, security_store
from signing.request import SignatureLevel
from signing.revocation import RevocationSource
from signing.service import Signing
from signing.structure import open_pdf
from signing.timestamp import HttpTimestamper
from signing.tsa import PilotTimestamper

PATIENCE = 0.6
Door = Callable[[bytes], bytes]


@dataclass
class Loopback:
    """An HTTP server whose doors a test sets."""

    doors: dict[str, Door] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stall: float = 0.0
    drip: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    endless: bool = False
    url: str = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, body: bytes) -> None:
                loopback.asked.append(self.path)
                time.sleep(loopback.stall)
                answer = loopback.doors[self.path](body)
                try:
                    self.send_response(loopback.status)
                    for name, value in loopback.headers.items():
                        self.send_header(name, value)
                    if not loopback.endless:
                        self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    while loopback.endless:
                        self.wfile.write(answer)
                    for piece in [answer[i : i + 1] for i in range(len(answer))] if loopback.drip else [answer]:
                        self.wfile.write(piece)
                        time.sleep(0.05 if loopback.drip else 0)
                except OSError:
                    pass  # whoever asked has hung up, which is what is tested

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    made = Loopback()
    server = ThreadingHTTPServer(("127.0.0.1", 0), made.handler())
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture
def loopback(server: Loopback) -> Loopback:
    """The server, forgetful of the test before."""
    server.doors, server.asked = {}, []
    server.stall, server.drip, server.status = 0.0, False, 200
    server.headers, server.endless = {}, False
    return server


@pytest.fixture
def transport() -> HttpTransport:
    return HttpTransport(patience=PATIENCE, largest=100_000, pause=0.0)


def stamping(pilot: Pilot, loopback: Loopback, transport: HttpTransport) -> Signing:
    return Signing(clock=pilot.clock, timestamper=HttpTimestamper(f"{loopback.url}/tsa", transport))


# --- lies of a time-stamping authority


def honest(pilot: Pilot, tmp_path: Path) -> Door:
    return pilot.authority.timestamper(pilot.clock).respond


def of_another_nonce(pilot: Pilot, tmp_path: Path) -> Door:
    # the nonce's last octet stands before certReq, the last three
    stamp = pilot.authority.timestamper(pilot.clock).respond
    return lambda request: stamp(request[:-4] + bytes((request[-4] ^ 1,)) + request[-3:])


def of_other_bytes(pilot: Pilot, tmp_path: Path) -> Door:
    def respond(request: bytes) -> bytes:
        position = request.index(b"\x04\x20") + 2
        changed = request[:position] + bytes(32) + request[position + 32 :]
        return pilot.authority.timestamper(pilot.clock).respond(changed)

    return respond


def of_the_future(pilot: Pilot, tmp_path: Path) -> Door:
    return pilot.authority.timestamper(SetClock(SIGNED + timedelta(hours=1))).respond


def of_the_past(pilot: Pilot, tmp_path: Path) -> Door:
    return pilot.authority.timestamper(SetClock(SIGNED - timedelta(days=1))).respond


def of_an_ended_certificate(pilot: Pilot, tmp_path: Path) -> Door:
    """Its certificate ended years before; its clock is right."""
    ended = PilotAuthority.create(tmp_path / "ended", PASSPHRASE, at=datetime(2010, 1, 1, tzinfo=UTC))
    return PilotTimestamper(ended.tsa, pilot.clock).respond


def of_an_officer(pilot: Pilot, tmp_path: Path) -> Door:
    return PilotTimestamper(pilot.key, pilot.clock).respond


def garbage(pilot: Pilot, tmp_path: Path) -> Door:
    return lambda _: b"<html>Service temporarily unavailable</html>"


def nothing(pilot: Pilot, tmp_path: Path) -> Door:
    return lambda _: b""


def far_too_much(pilot: Pilot, tmp_path: Path) -> Door:
    return lambda _: bytes(200_000)


def a_refusal(pilot: Pilot, tmp_path: Path) -> Door:
    return lambda _: der.sequence(der.sequence(der.integer(2)))


LIES = [
    (of_another_nonce, "nonce"),
    (of_other_bytes, "imprint"),
    (of_the_future, "future"),
    (of_the_past, "long past"),
    (of_an_ended_certificate, "not valid at that time"),
    (of_an_officer, "not one of a time-stamping authority"),
    (garbage, "unreadable"),
    (nothing, "unreadable"),
    (far_too_much, "more than 100000 bytes"),
    (a_refusal, "refused"),
]


@pytest.mark.parametrize(("lie", "reason"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_lying_authority_costs_a_level_and_is_never_embedded(
    pilot: Pilot, loopback: Loopback, transport: HttpTransport, tmp_path: Path, lie: Callable[..., Door], reason: str
) -> None:
    loopback.doors["/tsa"] = lie(pilot, tmp_path)
    signing = stamping(pilot, loopback, transport)
    signed = signing.sign(pilot.request(pilot.fielded()), pilot.key)
    assert (signed.level, signed.proven_at) == ("B-B", None)
    with pytest.raises(TimestampFailed, match=reason):
        signing.raise_level(signed.pdf, SignatureLevel.B_T)
    assert document_state(signed.pdf).timestamps == ()
    loopback.doors["/tsa"] = honest(pilot, tmp_path)
    assert signing.raise_level(signed.pdf, SignatureLevel.B_T).level == "B-T", "it has mended"


@pytest.mark.parametrize("trouble", ["down", "slow", "dripping", "error"])
def test_an_authority_in_trouble_costs_its_patience_once(
    pilot: Pilot, loopback: Loopback, transport: HttpTransport, tmp_path: Path, trouble: str
) -> None:
    loopback.doors["/tsa"] = honest(pilot, tmp_path)
    loopback.stall = 5.0 if trouble == "slow" else 0.0
    loopback.drip = trouble == "dripping"
    loopback.status = 503 if trouble == "error" else 200
    url = f"{loopback.url}/tsa"
    if trouble == "down":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/tsa"
    transport.pause = 60.0
    signing = Signing(clock=pilot.clock, timestamper=HttpTimestamper(url, transport))
    started = time.monotonic()
    signed = signing.sign(pilot.request(pilot.fielded()), pilot.key)
    assert signed.level == "B-B"
    assert time.monotonic() - started < PATIENCE + 2
    asked = len(loopback.asked)
    with pytest.raises(TimestampFailed, match="failed a moment ago"):
        signing.raise_level(signed.pdf, SignatureLevel.B_T)
    assert len(loopback.asked) == asked, "not asked again at once"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "/elsewhere", "http://127.0.0.1:1/"])
@pytest.mark.parametrize("status", [301, 307])
def test_nobody_is_led_elsewhere(
    pilot: Pilot, loopback: Loopback, transport: HttpTransport, tmp_path: Path, target: str, status: int
) -> None:
    loopback.doors = {"/tsa": honest(pilot, tmp_path), "/elsewhere": honest(pilot, tmp_path)}
    loopback.status, loopback.headers = status, {"Location": target}
    signing = stamping(pilot, loopback, transport)
    signed = signing.sign(pilot.request(pilot.fielded()), pilot.key)
    assert (signed.level, loopback.asked) == ("B-B", ["/tsa"])
    with pytest.raises(TimestampFailed, match=f"answered {status}"):
        signing.raise_level(signed.pdf, SignatureLevel.B_T)


def test_an_answer_without_end_and_a_packed_one_are_no_tokens(
    pilot: Pilot, loopback: Loopback, transport: HttpTransport, tmp_path: Path
) -> None:
    signing = stamping(pilot, loopback, transport)
    loopback.doors["/tsa"], loopback.endless = (lambda _: bytes(4096)), True
    signed = signing.sign(pilot.request(pilot.fielded()), pilot.key)
    with pytest.raises(TimestampFailed, match="more than 100000 bytes"):
        signing.raise_level(signed.pdf, SignatureLevel.B_T)
    # 50 MB in 50 KB; nothing is ever unpacked, because nothing packed is asked for
    bomb = gzip.compress(bytes(50_000_000))
    loopback.doors["/tsa"], loopback.endless, loopback.headers = (lambda _: bomb), False, {"Content-Encoding": "gzip"}
    with pytest.raises(TimestampFailed, match="unreadable"):
        signing.raise_level(signed.pdf, SignatureLevel.B_T)
    assert signed.level == "B-B"


# --- revocation data


@dataclass
class Published:
    """An authority whose certificates name the loopback server, and an officer of it."""

    pilot: Pilot
    authority: PilotAuthority
    signed: bytes
    clock: SetClock
    loopback: Loopback


@pytest.fixture(scope="module")
def officer(authority: PilotAuthority, server: Loopback) -> SoftwareKey:
    """An officer whose certificate names the loopback server."""
    subject = Subject(name="Əliyev Şükür İsmayıl oğlu", organisation="Agentlik", serial_number="AZ-1")
    here = replace(authority, url=server.url)
    return open_pkcs12(here.enrol(subject, at=CREATED, pin=PASSPHRASE).pkcs12, PASSPHRASE)


@pytest.fixture
def published(pilot: Pilot, loopback: Loopback, officer: SoftwareKey) -> Published:
    own = replace(pilot, key=officer)
    signed = own.signed().pdf
    pilot.clock.now += timedelta(minutes=2)
    loopback.doors.update(own.doors())
    return Published(own, pilot.authority, signed, pilot.clock, loopback)


def raising(published: Published, transport: HttpTransport) -> Signing:
    # the issuing CA's own certificate names the address of before
    root = {"/root.crl": lambda _: transport.get(published.loopback.url + "/root.crl")}
    return published.pilot.raising(revocation=RevocationSource(InProcess(published.authority.url, root, transport)))


def test_revocation_data_are_fetched_over_http_once_for_all(
    published: Published, loopback: Loopback, transport: HttpTransport
) -> None:
    room = raising(published, transport)
    raised = room.raise_level(published.signed, SignatureLevel.B_LTA)
    assert raised.level == "B-LTA"
    assert sorted(loopback.asked) == ["/ocsp", "/root.crl"]
    assert room.raise_level(published.signed, SignatureLevel.B_LTA).level == "B-LTA"
    assert len(loopback.asked) == 2, "the second one costs no request"


def test_a_responder_that_fails_is_replaced_by_the_list(
    published: Published, loopback: Loopback, transport: HttpTransport
) -> None:
    for answer in (b"", b"garbage", bytes(200_000), b"\x30\x03\x0a\x01\x06"):
        loopback.doors["/ocsp"] = lambda _, answer=answer: answer
        raised = raising(published, transport).raise_level(published.signed, SignatureLevel.B_LT)
        store = security_store(open_pdf(raised.pdf))
        assert (raised.level, len(store.crls), store.ocsps) == ("B-LT", 2, ())


def lying_ocsp(published: Published, lie: str, tmp_path: Path) -> Door:
    authority = published.authority
    clock = {
        "of the future": SetClock(published.clock() + timedelta(hours=1)),
        "before the signature": SetClock(SIGNED - timedelta(hours=1)),
        "ended": SetClock(published.clock() - timedelta(days=2)),
    }.get(lie, published.clock)
    if lie == "signed by a stranger":
        other = PilotAuthority.create(tmp_path / "stranger", PASSPHRASE, at=CREATED)
        return PilotResponder(other.ocsp, authority.certificate("issuing"), lambda _: True, clock).respond
    if lie == "signed by the officer":
        # of the same issuer, but nobody whom it has entrusted with answering
        return PilotResponder(published.pilot.key, authority.certificate("issuing"), lambda _: True, clock).respond
    if lie == "of a certificate nobody issued":
        return authority.responder(lambda _: False, clock).respond
    answers = authority.responder(lambda _: True, clock)
    if lie == "of another nonce":
        return lambda request: answers.respond(request[:-1] + bytes((request[-1] ^ 1,)))
    return answers.respond


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ("of the future", "future"),
        ("before the signature", "before the signature"),
        ("ended", "ended"),
        ("signed by a stranger", "not signed by the issuer"),
        ("signed by the officer", "not signed by the issuer"),
        ("of a certificate nobody issued", "does not know it"),
        ("of another nonce", "nonce is not ours"),
    ],
)
def test_a_lying_responder_is_never_embedded(
    published: Published, loopback: Loopback, transport: HttpTransport, tmp_path: Path, lie: str, reason: str
) -> None:
    loopback.doors["/ocsp"] = lying_ocsp(published, lie, tmp_path)
    del loopback.doors["/issuing.crl"]
    loopback.doors["/issuing.crl"] = lambda _: b"no list"
    room = raising(published, transport)
    with pytest.raises(RevocationUnavailable, match=reason):
        room.raise_level(published.signed, SignatureLevel.B_LTA)
    assert security_store(open_pdf(published.signed)).ocsps == ()
    loopback.doors.update(published.pilot.doors())
    assert room.raise_level(published.signed, SignatureLevel.B_LTA).level == "B-LTA", "it has mended"


def test_a_list_that_lies_is_never_embedded(
    published: Published, loopback: Loopback, transport: HttpTransport, tmp_path: Path
) -> None:
    authority, now = published.authority, published.clock()
    other = PilotAuthority.create(tmp_path / "stranger", PASSPHRASE, at=CREATED)
    good = authority.crl("issuing", at=now)
    loopback.doors["/ocsp"] = lambda _: b""
    lists = {
        "not the issuer's": other.crl("issuing", at=now),
        "before the signature": authority.crl("issuing", at=SIGNED - timedelta(hours=1)),
        "in the future": authority.crl("issuing", at=now + timedelta(hours=1)),
        "it has ended": authority.crl("issuing", at=now - timedelta(days=36)),
        "unreadable": b"<html>",
        "list is not the issuer's": good[:-3] + bytes((good[-3] ^ 1,)) + good[-2:],
    }
    for reason, crl in lists.items():
        loopback.doors["/issuing.crl"] = lambda _, crl=crl: crl
        with pytest.raises(RevocationUnavailable, match=reason):
            raising(published, transport).raise_level(published.signed, SignatureLevel.B_LT)


def test_only_web_addresses_are_asked(transport: HttpTransport) -> None:
    for url in ("file:///etc/passwd", "ftp://127.0.0.1/list", "http:///list", "ldap://127.0.0.1"):
        with pytest.raises(FetchFailed, match="only http and https"):
            transport.get(url)
