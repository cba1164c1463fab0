"""A certificate is revoked: what was proven to be signed before stands, the rest does not, and everybody is told why.

The authority is asked over real HTTP, as another office would ask it.
"""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen
from uuid import UUID

import pytest
import sqlalchemy as sa
import typst
from click.testing import CliRunner
from doings import QUESTIONNAIRE, begin
from flask import Flask
from visitor import Visitor
from werkzeug.serving import make_server

from processes.clock import real_time
from processes.demo.people import demo_id
from processes.office import Office
from processes.signed_documents import raise_document_level, validate_document
from processes.tables import CertificateRow, DocumentLevelRow, StepRecordRow
from processes.trust import trust_store
from signing.authorities import HttpTimestamper, HttpTransport, RevocationSource
from signing.keys.pkcs12 import open_pkcs12, unwrap
from signing.service import SignatureRequest, Signing
from web.cli import main

DATABASES = ["sqlite"]
LOGIN = "responsible1"


@dataclass
class Resolved:
    """HTTP to where the authority's name leads in this test."""

    name: str
    address: str
    asked: list[str] = field(default_factory=list)
    http: HttpTransport = field(default_factory=HttpTransport)

    def get(self, url: str) -> bytes:
        return self.http.get(self._resolved(url))

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        return self.http.post(self._resolved(url), body, content_type)

    def _resolved(self, url: str) -> str:
        self.asked.append(url.removeprefix(self.name))
        return url.replace(self.name, self.address, 1)


class Unreachable:
    """A time-stamping authority that does not answer."""

    def respond(self, request: bytes) -> bytes:
        raise ConnectionError(f"nobody answers ({len(request)} bytes)")


@pytest.fixture(scope="module")
def served(app: Flask) -> Iterator[str]:
    """The pages on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{port}/pki"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def signed_by_page(office: Office, visitor: Visitor) -> UUID:
    """A questionnaire is filled in and signed; its document."""
    begin(visitor, LOGIN)
    visitor.act("submit", QUESTIONNAIRE)
    assert visitor.path.startswith("/sign/"), visitor.text
    visitor.sign(LOGIN)
    assert visitor.path.endswith("/receipt"), visitor.text
    newest = sa.select(StepRecordRow.document_id).order_by(
        StepRecordRow.accepted_at.desc(), StepRecordRow.number.desc()
    )
    with office.reading() as uow:
        return next(one for one in uow.session.scalars(newest) if one is not None)


def revoke_on_the_page(visitor: Visitor, serial: str) -> None:
    visitor.sign_in("admin")
    person = f"/admin/people/{demo_id('person', LOGIN)}"
    visitor.get(person)
    visitor.post(f"{person}/certificates/{serial}/revoke", {"reason": "keyCompromise"})
    assert "The certificate is revoked." in visitor.text


def uploaded(visitor: Visitor, pdf: bytes) -> str:
    visitor.get("/verify?lang=en")
    visitor.post("/verify", {"file": (BytesIO(pdf), "document.pdf")}, content_type="multipart/form-data")
    return visitor.text


def test_a_revocation_reaches_every_validation_and_says_when_and_why(
    office: Office, visitor: Visitor, served: str, tmp_path: Path
) -> None:
    office.clock.set_to(real_time() - timedelta(hours=6))
    resolved = Resolved(office.keys.authority.url, served)
    means = {"clock": office.clock, "trust": lambda: trust_store(office), "revocation": RevocationSource(resolved)}
    office.signing = Signing(timestamper=HttpTimestamper(f"{served}/tsa", HttpTransport()), **means)
    proven = signed_by_page(office, visitor)
    assert validate_document(office, proven) == "TOTAL-PASSED"
    assert "/ocsp" in resolved.asked, "the job asked over HTTP"
    office.signing = Signing(timestamper=Unreachable(), **means)
    unproven = signed_by_page(office, visitor)
    files = {name: pdf_of(office, document) for name, document in (("proven", proven), ("unproven", unproven))}
    told = uploaded(visitor, files["unproven"])
    assert "The document is genuine" in told
    assert "still waits for: a timestamp, revocation data, the archive timestamp" in told

    office.clock.set_to(real_time() - timedelta(hours=4))
    with office.reading() as uow:
        row = uow.session.execute(sa.select(CertificateRow).filter_by(person_id=demo_id("person", LOGIN))).scalar_one()
    revoke_on_the_page(visitor, row.serial)
    revoked_at = f"{office.clock():%Y-%m-%d %H:}"
    office.clock.set_to(real_time() - timedelta(hours=2))
    files["later"] = signed_all_the_same(office, row, visitor.accounts[LOGIN].pin)
    office.signing = Signing(timestamper=HttpTimestamper(f"{served}/tsa", HttpTransport()), **means)

    told = uploaded(visitor, files["proven"])
    assert "The document is genuine" in told
    assert "A certificate was revoked later; the signature is older and stays good." in told
    assert "somebody else may know the key or its PIN" in told
    told = uploaded(visitor, files["unproven"])
    assert "It cannot be decided whether the document is genuine" in told
    assert "A certificate was revoked, and nothing proves that it signed before." in told
    assert "somebody else may know the key or its PIN" in told
    assert "REVOKED_NO_POE" in told
    assert "The document must not be relied on" in uploaded(visitor, files["later"])

    # a timestamp of today proves nothing of then: the job does not raise it, and says so
    assert raise_document_level(office, unproven) == "B-T"
    assert validate_document(office, unproven) == "INDETERMINATE"
    with office.reading() as uow:
        level = uow.session.get_one(DocumentLevelRow, unproven)
    assert f"was revoked on {revoked_at}" in str(level.cause)
    visitor.sign_in(LOGIN)
    begin(visitor, LOGIN)
    visitor.act("submit", QUESTIONNAIRE)
    assert not visitor.path.startswith("/sign/"), "nothing more is signed with it"

    for file in ("root.cer", "issuing.cer", "tsa.cer", "root.crl", "issuing.crl"):
        with urlopen(f"{served}/{file}") as answer:
            (tmp_path / file).write_bytes(answer.read())
    for name, pdf in files.items():
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
    paths = [str(tmp_path / f"{name}.pdf") for name in files]
    done = CliRunner().invoke(main, ["verify", "--trust", str(tmp_path), "--format", "json", *paths])
    assert done.exit_code == 1, done.output
    reports = dict(zip(files, json.loads(done.stdout), strict=True))
    assert {name: (one["verdict"], one["signatures"][0]["sub_indication"]) for name, one in reports.items()} == {
        "proven": ("TOTAL-PASSED", None),
        "unproven": ("INDETERMINATE", "REVOKED_NO_POE"),
        "later": ("TOTAL-FAILED", "REVOKED"),
    }
    for report in reports.values():
        (signature,) = report["signatures"]
        assert signature["revoked"]["reason"] == "keyCompromise"
        assert datetime.fromisoformat(signature["revoked"]["at"]).strftime("%Y-%m-%d %H:") == revoked_at
        assert any(f"revoked on {revoked_at}" in one and "a compromised key" in one for one in report["findings"])


def pdf_of(office: Office, document: UUID) -> bytes:
    with office.reading() as uow:
        return uow.archive.fetch(document)


def signed_all_the_same(office: Office, row: CertificateRow, pin: str) -> bytes:
    """As somebody would who has stolen the key: with a program that asks nobody."""
    key = open_pkcs12(unwrap(row.wrapped_key or b"", office.keys.server_key), pin)
    thief = Signing(clock=office.clock, timestamper=office.keys.authority.timestamper(office.clock))
    request = SignatureRequest(
        pdf=thief.allot_fields(typst.compile(b"Later"), ["Signature1"]),
        field="Signature1",
        certificate=key.certificate,
        chain=key.chain,
        claimed_at=office.clock(),
    )
    return thief.sign(request, key).pdf
