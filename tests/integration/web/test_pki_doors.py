"""The pilot authority over HTTP: lists, certificates, OCSP, timestamps; outsiders' programs understand them."""

import base64
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from flask import Flask
from outside_programs import program
from werkzeug.serving import make_server

from processes.office import Office
from processes.tables import CertificateRow
from processes.trust import export_trust, trust_store
from processes.use_cases.revoke_certificate import RevokeCertificate, revoke_certificate
from signing.authorities import HttpTimestamper, HttpTransport
from signing.revocation import ocsp_request
from signing.service import Signing

DATABASES = ["sqlite"]
NONCE = bytes(range(16))


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


def certificate_of(office: Office, number: int) -> x509.Certificate:
    """Of some officer."""
    with office.reading() as uow:
        query = sa.select(CertificateRow.pem).where(CertificateRow.person_id.is_not(None))
        pem = uow.session.execute(query.order_by(CertificateRow.serial).offset(number)).scalars().first()
    return x509.load_pem_x509_certificate(str(pem).encode())


def openssl(*arguments: str) -> str:
    done = subprocess.run([program("openssl"), *arguments], capture_output=True, timeout=60, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


def test_a_revocation_is_told_by_ocsp_the_list_and_every_validation(
    app: Flask, office: Office, served: str, tmp_path: Path
) -> None:
    export_trust(office, tmp_path)
    officer = certificate_of(office, 0)
    (tmp_path / "officer.pem").write_bytes(officer.public_bytes(Encoding.PEM))

    def asked() -> str:
        ask = ("ocsp", "-issuer", f"{tmp_path}/issuing.pem", "-cert", f"{tmp_path}/officer.pem")
        return openssl(*ask, "-url", f"{served}/ocsp", "-CAfile", f"{tmp_path}/root.pem")

    told = asked()
    assert "Response verify OK" in told
    assert "officer.pem: good" in told
    serial = f"{officer.serial_number:x}"
    revoke_certificate(office, RevokeCertificate(by=None, serial=serial, reason="keyCompromise"))
    told = asked()
    assert "officer.pem: revoked" in told
    assert "keyCompromise" in told
    with urlopen(f"{served}/issuing.crl") as answer:
        listed = x509.load_der_x509_crl(answer.read())
    entry = listed.get_revoked_certificate_by_serial_number(officer.serial_number)
    assert entry is not None
    lists = [x509.load_der_x509_crl(crl) for crl in trust_store(office).crls]
    known = [one.get_revoked_certificate_by_serial_number(officer.serial_number) for one in lists]
    assert any(known), "what the next validation rests on"


def test_timestamps_over_http_verify_with_openssl_and_serve_another_office(
    office: Office, served: str, tmp_path: Path
) -> None:
    export_trust(office, tmp_path)
    (tmp_path / "data").write_bytes(b"anything")
    openssl("ts", "-query", "-data", f"{tmp_path}/data", "-sha256", "-cert", "-out", f"{tmp_path}/q.tsq")
    headers = {"Content-Type": "application/timestamp-query"}
    with urlopen(Request(f"{served}/tsa", (tmp_path / "q.tsq").read_bytes(), headers)) as answer:
        assert answer.headers["Content-Type"] == "application/timestamp-reply"
        (tmp_path / "r.tsr").write_bytes(answer.read())
    trust = ("-CAfile", f"{tmp_path}/root.pem", "-untrusted", f"{tmp_path}/tsa.pem")
    verified = openssl("ts", "-verify", "-queryfile", f"{tmp_path}/q.tsq", "-in", f"{tmp_path}/r.tsr", *trust)
    assert "Verification: OK" in verified
    other = Signing(clock=office.clock, timestamper=HttpTimestamper(f"{served}/tsa", HttpTransport()))
    token = other._requested(bytes(32))
    assert abs((token.proven_at - office.clock()).total_seconds()) < 60


def test_ocsp_by_get_and_of_unknown_certificates(app: Flask, office: Office) -> None:
    client = app.test_client()
    issuer = x509.load_der_x509_certificate(office.keys.authority.certificate("issuing"))
    responder = x509.load_der_x509_certificate(client.get("/pki/ocsp.cer").data)
    question = ocsp_request(certificate_of(office, 1), issuer, NONCE)
    answer = client.get("/pki/ocsp/" + quote(base64.b64encode(question).decode(), safe=""))
    assert answer.mimetype == "application/ocsp-response"
    found = ocsp.load_der_ocsp_response(answer.data)
    assert found.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert found.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    strange = ocsp_request(responder, issuer, NONCE)
    posted = client.post("/pki/ocsp", data=strange, content_type="application/ocsp-request")
    assert ocsp.load_der_ocsp_response(posted.data).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    root = x509.load_der_x509_certificate(office.keys.authority.certificate("root"))
    posted = client.post("/pki/ocsp", data=ocsp_request(issuer, root, NONCE), content_type="application/ocsp-request")
    assert ocsp.load_der_ocsp_response(posted.data).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("door", ["ocsp", "tsa"])
def test_what_is_no_question_is_refused(app: Flask, door: str) -> None:
    kind = {"ocsp": "application/ocsp-request", "tsa": "application/timestamp-query"}[door]
    client = app.test_client()
    assert client.post(f"/pki/{door}", data=b"x").status_code == 415
    assert client.post(f"/pki/{door}", data=bytes(10_000), content_type=kind).status_code == 413
    for garbage in (b"", b"\x30\x00", b"<html>", b"\x30\x82\xff\xff"):
        answer = client.post(f"/pki/{door}", data=garbage, content_type=kind)
        assert (answer.status_code, len(answer.data) < 40) == (200, True), "a refusal of the protocol itself"
    assert client.get("/pki/ocsp/%ff").status_code == 400
