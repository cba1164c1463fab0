"""Signing at a service that asks on its own page: there and back again by the office's pages, over real HTTP."""

import http.client
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from visitor import Visitor

from processes.key_stores import KeyStores
from processes.office import Office
from processes.tables import CertificateRow, PersonRow, SigningAttemptRow, TrustAnchorRow
from processes.use_cases.enrol_key import EnrolKey, enrol_key, keys_in
from processes.use_cases.sign_by_consent import RETURN_PATH
from signing.keys.consent import ConsentStore
from signing.keys.csc import CscStore
from signing.keys.oauth import ClientCredentials
from signing.keys.services import JsonService

sys.path.insert(0, str(Path(__file__).parents[1] / "processes"))
sys.path.insert(0, str(Path(__file__).parents[1] / "signing"))
from minutes import KEY, deploy_minutes
from remote_service import RemoteService, remote_service

DATABASES = ("sqlite",)
MINUTE = {"text": "Qeyd", "last": "yes", "state_secret": "no"}


@pytest.fixture(scope="module")
def remote(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteService]:
    """The service, known to the office; the head's key is there."""
    folder = tmp_path_factory.mktemp("remote")
    (folder / "client-secret").write_text("hunter2", encoding="utf-8")
    with remote_service(folder) as service:
        service.secret, service.back = "hunter2", f"{office.settings.public_url}{RETURN_PATH}"
        base = JsonService(name="key store bank", url=service.url.removesuffix("/csc"))
        client = ClientCredentials(base, "office", folder / "client-secret")
        there = CscStore(name="bank", service=replace(base, url=f"{service.url}/v2"), tokens=client, consents=True)
        set_up(office, there)
        enrolled(office, there)
        yield service


def set_up(office: Office, there: CscStore) -> None:
    assert isinstance(there.tokens, ClientCredentials)
    office.key_stores = KeyStores(stores={"bank": ConsentStore(name="bank", remote=there, client=there.tokens)})


def enrolled(office: Office, there: CscStore) -> None:
    root = x509.load_der_x509_certificate(there.credential("office/ec").entry.chain[-1])
    with office.unit_of_work() as uow:
        head = uow.session.scalars(sa.select(PersonRow.id).where(PersonRow.login == "head")).one()
        uow.session.execute(
            sa.update(CertificateRow).where(CertificateRow.person_id == head).values(revoked_at=uow.now)
        )
        uow.insert(
            TrustAnchorRow,
            id=uuid4(),
            subject="remote",
            sha256="0",
            pem=root.public_bytes(Encoding.PEM).decode(),
            purpose="any",
            added_by="test",
            added_at=uow.now,
            ground="test",
            valid_from=root.not_valid_before_utc,
        )
        uow.commit()
    assert {"office/ec", "office/rsa"} <= {reference for reference, _ in keys_in(office, "bank")}
    enrol_key(office, EnrolKey(person_id=head, store="bank", reference="office/ec", number="AZ-8", by="test"))


def at_the_document(visitor: Visitor, office: Office) -> str:
    deploy_minutes(office)
    visitor.sign_in("head")
    visitor.get("/cases/new")
    visitor.get(visitor.link(f"/cases/new/{KEY}/[0-9a-f-]+"))
    visitor.post(visitor.path, {"_case": visitor.field("_case"), "_action": "submit"})
    visitor.act("submit", MINUTE)
    assert visitor.path.startswith("/sign/"), visitor.errors
    return visitor.path


def led_back(visitor: Visitor) -> str:
    """Follow the link to the service and its redirection; the address on this office's pages it leads to."""
    address = urlsplit(visitor.link('http://127.0.0.1:[0-9]+/oauth2/authorize[^"]*'))
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    connection.request("GET", f"{address.path}?{address.query}")
    location = connection.getresponse().getheader("Location") or ""
    connection.close()
    parts = urlsplit(location)
    assert parts.path == RETURN_PATH
    return f"{parts.path}?{parts.query}"


def remote_store(office: Office) -> CscStore:
    store = office.key_stores.stores["bank"]
    assert isinstance(store, ConsentStore)
    return store.remote


def tickets(office: Office) -> list[str]:
    with office.reading() as uow:
        return [one for one in uow.session.scalars(sa.select(SigningAttemptRow.ticket)) if one]


def test_only_who_was_led_there_comes_back_and_once(visitor: Visitor, office: Office, remote: RemoteService) -> None:
    path = at_the_document(visitor, office)
    assert "PIN of your key" not in visitor.text
    visitor.post(f"{path}/consent")
    assert "Go to 127.0.0.1" in visitor.text
    right = led_back(visitor)
    attempt, _, state = right.partition("state=")[2].partition("&")[0].partition(".")
    exchanged = len(remote.given)

    for stranger in ("deputy", "clerk"):
        visitor.sign_in(stranger)
        assert visitor.get(right).status_code == 404, "another officer's return"
    visitor.sign_in("head")
    for wrong in (right.replace(state, "x" * len(state)), f"{RETURN_PATH}?code=1&state={attempt}.", RETURN_PATH):
        visitor.get(wrong)
        assert "was signed" not in visitor.text
        assert "with what was not asked for here" in visitor.text or visitor.page.status_code == 404
    assert len(tickets(office)) == 1, "and the question stands"

    remote.consent = "access_denied"
    visitor.get(path)
    visitor.post(f"{path}/consent")
    visitor.get(led_back(visitor))
    assert "The signature was declined there" in visitor.text
    remote.consent = "yes"
    visitor.get(right)
    assert "a second time" in visitor.text, "the code of before is of a question that is over"
    assert len(remote.given) == exchanged, "nothing was exchanged for any of them"

    visitor.get(path)
    visitor.post(f"{path}/consent")
    back = led_back(visitor)
    remote.codes.clear()
    visitor.get(back)
    assert "gave no signature. The document waits" in visitor.text
    visitor.get(path)
    visitor.post(f"{path}/consent")
    first = led_back(visitor)
    visitor.get(path)
    visitor.post(f"{path}/consent")
    again = led_back(visitor)
    for back in (first, again):
        assert visitor.get(back).request.path == f"{path}/receipt", "another tab asks the same, and is told the same"
    assert tickets(office) == []
    visitor.get("/me")
    assert ("(bank)" in visitor.text, "no sole control" in visitor.text) == (True, False)
    there = remote_store(office)
    set_up(office, replace(there, scal=1))
    visitor.get("/me")
    assert "no sole control" in visitor.text
