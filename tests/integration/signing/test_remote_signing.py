"""Remote signing over real HTTP: the authorisation bound to the hash, outages, lies, and what they are called."""

import base64
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from remote_service import SERVICE_PIN, RemoteService, remote_service
from signing_pilot import JUDGED, Pilot

from signing.errors import NotSignable, StoreFailed, WrongPin
from signing.keys.csc import CscStore
from signing.keys.oauth import ClientCredentials, TokenFile
from signing.keys.services import JsonService
from signing.report import Verdict
from signing.trust import TrustStore


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteService]:
    with remote_service(tmp_path_factory.mktemp("remote")) as service:
        yield service


@pytest.fixture
def service(served: RemoteService) -> RemoteService:
    served.asked.clear()
    served.status, served.delay, served.signing, served.info = 200, 0.0, {}, {}
    served.wants_password, served.passwords = False, []
    return served


@pytest.fixture
def store(service: RemoteService, tmp_path: Path) -> CscStore:
    token = tmp_path / "token"
    token.write_text("office-token\n", encoding="utf-8")
    token.chmod(0o600)
    remote = JsonService(name="key store remote", url=f"{service.url}/v2", patience=2)
    return CscStore(name="remote", service=remote, tokens=TokenFile("remote", token))


@pytest.fixture
def client(service: RemoteService, tmp_path: Path) -> Iterator[ClientCredentials]:
    """The office as a client of the service's OAuth 2.0."""
    secret = tmp_path / "client-secret"
    secret.write_text("hunter2\n", encoding="utf-8")
    secret.chmod(0o600)
    service.secret, service.lifetime = "hunter2", 3600
    service.given.clear()
    base = service.url.removesuffix("/csc")
    yield ClientCredentials(JsonService(name="key store remote", url=base, patience=2), "office", secret)
    service.secret = ""


def sign(store: CscStore, pilot: Pilot, credential: str, secret: str = SERVICE_PIN):
    entry = store.credential(credential).entry
    with store.open(entry, secret) as key:
        request = pilot.request(pilot.fielded(), certificate=key.certificate, chain=key.chain)
        return pilot.signing.sign(request, key), entry


@pytest.mark.parametrize(("version", "secret"), [(2, SERVICE_PIN), (1, "")])
@pytest.mark.parametrize("credential", ["office/rsa", "office/ec"])
def test_a_remote_key_signs_and_each_authorisation_is_for_one_hash(
    pilot: Pilot, store: CscStore, service: RemoteService, version: int, secret: str, credential: str
):
    remote = replace(store.service, url=f"{service.url}/v{version}")
    signed, entry = sign(replace(store, version=version, service=remote), pilot, credential, secret)
    trust = TrustStore(anchors=entry.chain[-1:], intermediates=pilot.trust().intermediates + pilot.trust().anchors)
    trust = replace(trust, anchors=trust.anchors + pilot.trust().anchors)
    report = pilot.signing.validate(signed.pdf, trust, at=JUDGED)
    assert report.verdict is not Verdict.TOTAL_FAILED, report.findings
    (_, permit, token), (_, signing, _) = service.asked[-2:]
    word = "hashes" if version == 2 else "hash"
    assert permit[word] == signing[word]
    assert len(permit[word]) == permit["numSignatures"] == 1
    assert token == "Bearer office-token"
    assert len(base64.b64decode(permit[word][0])) == 32


def test_what_may_be_enrolled_is_listed(store: CscStore, service: RemoteService):
    # the root's key is in the service too; it is the service that must not offer it, and policy that refuses it
    assert {one.reference for one in store.listed()} == {"office/root", "office/rsa", "office/ec"}
    assert all(token == "Bearer office-token" for _, _, token in service.asked)


def test_a_wrong_pin_is_a_wrong_pin(pilot: Pilot, store: CscStore):
    with pytest.raises(WrongPin):
        sign(store, pilot, "office/rsa", "1111")


def test_a_signature_over_something_else_is_not_embedded(pilot: Pilot, store: CscStore, service: RemoteService):
    service.signing = {"signatures": [base64.b64encode(bytes(256)).decode()]}
    with pytest.raises(NotSignable, match="value"):
        sign(store, pilot, "office/rsa")


def test_an_outage_says_where_and_what_to_do_and_the_same_may_be_tried_again(
    pilot: Pilot, store: CscStore, service: RemoteService
):
    service.status = 503
    with pytest.raises(StoreFailed, match=r"key store remote \(http.*it answers 503 to .*; try again"):
        sign(store, pilot, "office/ec")
    service.status = 401
    with pytest.raises(StoreFailed, match=r"does not know this office.*token_file"):
        sign(store, pilot, "office/ec")
    service.status, service.delay = 200, 1.0
    slow = replace(store, service=replace(store.service, patience=0.2))
    with pytest.raises(StoreFailed, match="no answer within"):
        sign(slow, pilot, "office/ec")
    service.delay = 0.0
    assert sign(store, pilot, "office/ec")[0].pdf
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gone = replace(store, service=replace(store.service, url=f"http://127.0.0.1:{port}/csc/v2"))
    with pytest.raises(StoreFailed, match="cannot be reached"):
        gone.listed()


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"SCAL": "1"}, "its SCAL is 1, 2 is asked for"),
        ({"key": {"status": "disabled", "algo": []}}, "the key is disabled"),
        ({"cert": {}}, "not as the CSC API says"),
        ({"cert": {"certificates": ["no base64!"]}}, "not as the CSC API says"),
        ({"auth": {"mode": "oauth2code"}}, "not offered here .oauth2code."),
        ({"auth": {"mode": "explicit", "objects": [{"type": "ChallengeResponse", "id": "SMS"}]}}, "not offered here"),
    ],
)
def test_a_credential_that_cannot_be_used_says_why(store: CscStore, service: RemoteService, told: dict, message: str):
    service.info = told
    with pytest.raises(StoreFailed, match=message):
        store.credential("office/rsa")


def test_a_changed_certificate_is_told(store: CscStore):
    rsa, ec = (store.credential(f"office/{name}").entry for name in ("rsa", "ec"))
    with (
        pytest.raises(StoreFailed, match="another certificate by now"),
        store.open(replace(rsa, certificate=ec.certificate), SERVICE_PIN),
    ):
        pass


@pytest.mark.parametrize("credential", ["office/rsa", "office/ec"])
def test_a_key_asks_for_pin_and_a_one_time_password_typed_with_a_space_between(
    pilot: Pilot, store: CscStore, service: RemoteService, credential: str
):
    service.wants_password, service.passwords = True, ["123456", "654321"]
    signed, entry = sign(store, pilot, credential, f"{SERVICE_PIN} 123456")
    report = pilot.signing.validate(signed.pdf, TrustStore(anchors=entry.chain[-1:]), at=JUDGED)
    assert report.verdict is not Verdict.TOTAL_FAILED, report.findings
    for wrong in (SERVICE_PIN, f"{SERVICE_PIN} 123456", "0000 654321", f"{SERVICE_PIN} 999999"):
        with pytest.raises(WrongPin):
            sign(store, pilot, credential, wrong)
    assert sign(store, pilot, credential, f"{SERVICE_PIN} 654321")[0].pdf
    assert service.passwords == []


def test_what_is_set_up_badly_is_found_without_asking(store: CscStore, service: RemoteService, tmp_path: Path):
    service.asked.clear()
    (tmp_path / "token").chmod(0o644)
    gone = replace(store, tokens=TokenFile("remote", tmp_path / "none"))
    found = "\n".join([*replace(store, scal=1).check(), *gone.check()])
    for told in ("not https", "readable for others", "scal = 1", "there is no "):
        assert told in found
    assert service.asked == []
    assert (store.sole_control, replace(store, scal=1).sole_control) == (True, False)


def test_neither_pin_nor_token_shows(store: CscStore):
    with store.open(store.credential("office/ec").entry, SERVICE_PIN) as key:
        assert SERVICE_PIN not in repr(key)


def test_the_office_gets_its_access_token_by_its_client_credentials(
    pilot: Pilot, store: CscStore, service: RemoteService, client: ClientCredentials
):
    asking = replace(store, tokens=client)
    assert sign(asking, pilot, "office/ec")[0].pdf
    assert service.given == ["token-0"]
    assert {token for _, _, token in service.asked} == {"Bearer token-0"}, "one token for many questions"
    assert "hunter2" not in repr(asking)
    assert "token-0" not in repr(asking) + repr(client)


def test_a_token_that_ends_or_is_taken_back_is_asked_for_anew(
    store: CscStore, service: RemoteService, client: ClientCredentials
):
    asking = replace(store, tokens=client)
    service.lifetime = 1
    assert asking.listed()
    assert len(service.given) > 1, "each question, as it is over at once"
    service.lifetime = 3600
    assert asking.listed()
    service.given[:] = ["taken back"]
    assert asking.listed()
    assert service.given == ["taken back", "token-1"]


def test_wrong_client_credentials_say_so(store: CscStore, service: RemoteService, client: ClientCredentials):
    service.secret = "another"
    with pytest.raises(StoreFailed, match=r"gives this office no access token \(invalid_client\); see client_id"):
        replace(store, tokens=client).listed()
    client.secret_file.chmod(0o644)
    assert ["not https" in one or "readable for others" in one for one in client.check()] == [True, True]
    client.secret_file.unlink()
    with pytest.raises(StoreFailed, match="client secret cannot be read"):
        replace(store, tokens=client).listed()
