"""Remote signing where the signer consents on the service's own page, over real HTTP: the code is for one hash, one
question and one use.
"""

import http.client
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from remote_service import RemoteService, remote_service
from signing_pilot import JUDGED, Pilot

from signing.errors import NotSignable, StoreFailed
from signing.keys.consent import ConsentStore, Question
from signing.keys.csc import CscStore
from signing.keys.oauth import ClientCredentials
from signing.keys.services import JsonService
from signing.report import Verdict
from signing.request import PreparedSignature
from signing.trust import TrustStore

BACK = "http://office.example/sign/returned"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteService]:
    with remote_service(tmp_path_factory.mktemp("remote")) as service:
        service.secret, service.back = "hunter2", BACK
        yield service


@pytest.fixture
def service(served: RemoteService) -> RemoteService:
    served.info, served.bearer, served.consent = {}, False, "yes"
    served.asked.clear()
    return served


@pytest.fixture
def store(service: RemoteService, tmp_path: Path) -> ConsentStore:
    secret = tmp_path / "client-secret"
    secret.write_text("hunter2\n", encoding="utf-8")
    secret.chmod(0o600)
    base = JsonService(name="key store remote", url=service.url.removesuffix("/csc"), patience=5)
    client = ClientCredentials(base, "office", secret)
    remote = JsonService(name="key store remote", url=f"{service.url}/v2", patience=5)
    kept = CscStore(name="remote", service=remote, tokens=client, consents=True)
    return ConsentStore(name="remote", remote=kept, client=client)


def visited(address: str) -> dict[str, str]:
    """What the officer's browser does: go there, be led back; what it comes back with."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 302, answer.status
    location = answer.getheader("Location") or ""
    assert location.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def prepared(pilot: Pilot, store: ConsentStore, credential: str) -> PreparedSignature:
    entry = store.remote.credential(credential).entry
    return pilot.signing.prepare(pilot.request(pilot.fielded(), certificate=entry.certificate, chain=entry.chain))


@pytest.mark.parametrize("bearer", [False, True], ids=["SAD", "Bearer"])
@pytest.mark.parametrize("credential", ["office/rsa", "office/ec"])
def test_the_officer_consents_to_one_hash_and_that_is_signed(
    pilot: Pilot, store: ConsentStore, service: RemoteService, credential: str, bearer: bool
):
    service.bearer = bearer
    waiting, question = prepared(pilot, store, credential), Question.new()
    entry = store.remote.credential(credential).entry
    returned = visited(store.address(entry, waiting.to_be_signed, question, back=BACK))
    assert question.means(returned["state"])
    assert not Question.new().means(returned["state"])
    value = store.value(entry, waiting.to_be_signed, question, code=returned["code"], back=BACK)
    signed = pilot.signing.complete(waiting, value)
    report = pilot.signing.validate(signed.pdf, TrustStore(anchors=entry.chain[-1:]), at=JUDGED)
    assert report.verdict is not Verdict.TOTAL_FAILED, report.findings
    path, body, token = service.asked[-1]
    assert (path, "SAD" in body, token.removeprefix("Bearer ") in service.given) == (
        "/csc/v2/signatures/signHash",
        not bearer,
        True,
    )
    assert question.verifier not in repr(question) + repr(store)


def test_a_code_is_good_once_for_its_question_and_its_hash(pilot: Pilot, store: ConsentStore):
    waiting, question = prepared(pilot, store, "office/ec"), Question.new()
    entry = store.remote.credential("office/ec").entry
    address = store.address(entry, waiting.to_be_signed, question, back=BACK)
    for wrong, back in ((Question.new(), BACK), (question, "http://evil.example/")):
        code = visited(address)["code"]
        with pytest.raises(StoreFailed, match=r"does not take the code \(invalid_grant\); ask it once more"):
            store.value(entry, waiting.to_be_signed, wrong, code=code, back=back)
    code = visited(address)["code"]
    with pytest.raises(StoreFailed, match="400 to signatures/signHash"):
        # the service itself binds the authorisation to the hash (SCAL2)
        store.value(entry, waiting.to_be_signed + b"\0", question, code=code, back=BACK)
    code = visited(address)["code"]
    assert store.value(entry, waiting.to_be_signed, question, code=code, back=BACK)
    with pytest.raises(StoreFailed, match="invalid_grant"):
        store.value(entry, waiting.to_be_signed, question, code=code, back=BACK)


def test_a_lying_service_signs_nothing_here(pilot: Pilot, store: ConsentStore, service: RemoteService):
    waiting, question = prepared(pilot, store, "office/rsa"), Question.new()
    entry = store.remote.credential("office/rsa").entry
    service.signing = {"signatures": ["AAAA"]}
    code = visited(store.address(entry, waiting.to_be_signed, question, back=BACK))["code"]
    value = store.value(entry, waiting.to_be_signed, question, code=code, back=BACK)
    service.signing = {}
    with pytest.raises(NotSignable, match="value"):
        pilot.signing.complete(waiting, value)


def test_credentials_of_the_other_way_say_which_kind_of_store_they_want(store: ConsentStore, service: RemoteService):
    with pytest.raises(StoreFailed, match="kind consent"):
        replace(store.remote, consents=False).credential("office/ec")
    service.info = {"auth": {"mode": "explicit", "objects": [{"type": "Password", "id": "PIN"}]}}
    with pytest.raises(StoreFailed, match="of kind csc those that ask for a PIN"):
        store.remote.credential("office/ec")


def test_version_1_names_the_hash_otherwise(pilot: Pilot, store: ConsentStore):
    waiting = prepared(pilot, store, "office/ec")
    entry = store.remote.credential("office/ec").entry
    first = replace(store, remote=replace(store.remote, version=1))
    asked = parse_qs(urlsplit(first.address(entry, waiting.to_be_signed, Question.new(), back=BACK)).query)
    assert ("hash" in asked, "hashes" in asked) == (True, False)


def test_what_is_set_up_badly_is_found_without_asking(store: ConsentStore, service: RemoteService):
    store.client.secret_file.chmod(0o644)
    found = "\n".join(store.check())
    assert ("not https" in found, "readable for others" in found, service.asked) == (True, True, [])
    assert (store.sole_control, replace(store, remote=replace(store.remote, scal=1)).sole_control) == (True, False)
