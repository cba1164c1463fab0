"""Steps signed with a token, a remote service, an agent over WebSocket and a telephone; refused by policy; retried."""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from local_agent import Agent, LocalAgent, listening
from minutes import ELEMENT, KEY, MANIFEST, MODEL, deploy_minutes
from rehearsal import Rehearsal

from processes.errors import AttemptExpired, EntryRefused, KeyStoreFailed, PinRefused, SignatureRefused
from processes.key_stores import KeyStores
from processes.opened_keys import der_of_pem
from processes.signature_policy import level_for
from processes.signed_documents import raise_document_level
from processes.tables import CertificateRow, SigningAttemptRow, TrustAnchorRow
from processes.use_cases.enrol_key import EnrolKey, enrol_key, keys_in
from processes.use_cases.many_documents import SignMany, sign_many
from processes.use_cases.sign_by_agent import AgentAnswer, AskAgent, ask_agent, sign_by_agent
from processes.use_cases.sign_later import SignLater, poll_signing, start_signing, stop_asking
from processes.use_cases.submit_step import PreparedStep
from signing.algorithms import PrivateKey, sign_with
from signing.authority import PilotAuthority, Subject
from signing.errors import StoreFailed
from signing.keys.agent import AgentStore
from signing.keys.csc import CscStore
from signing.keys.later import Declined, Given, LaterStore, Question, Ticket, Waiting
from signing.keys.oauth import TokenFile
from signing.keys.services import JsonService
from signing.policy import OfficePolicy
from signing.service import read_attachment

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "signing"))
sys.path.insert(0, str(Path(__file__).parents[1] / "signing"))
from remote_service import SERVICE_PIN, RemoteService, remote_service
from softhsm import TOKEN_PIN, SoftHsm, softhsm

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
HEAD = "Əliyev Şükür İsmayıl oğlu"
__all__ = ["softhsm"]


@pytest.fixture(scope="session")
def authority(found_once: Any) -> PilotAuthority:
    """The founded office's own, for the certificates in the token."""
    founded: PilotAuthority = found_once("sqlite").keys.authority
    return founded


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteService]:
    with remote_service(tmp_path_factory.mktemp("remote")) as service:
        yield service


def set_up(rehearsal: Rehearsal, policy: OfficePolicy | None = None, **stores: Any) -> None:
    rehearsal.office.key_stores = KeyStores(stores=stores, policy=policy or OfficePolicy())


def prepared(rehearsal: Rehearsal, **changed: str) -> PreparedStep:
    """A minute that waits for the head's signature."""
    deploy_minutes(rehearsal.office, **changed)
    case = rehearsal.start(KEY, "executive", "head")
    return rehearsal.submit(rehearsal.item(case.case_id, ELEMENT), "head", {"text": "Qeyd", "last": True})


def enrolment(rehearsal: Rehearsal, store: str, **parts: Any) -> EnrolKey:
    return EnrolKey(person_id=rehearsal.person("head"), store=store, by="test", **parts)


def certified(rehearsal: Rehearsal, key: PrivateKey, name: str = HEAD) -> bytes:
    """PEM of a certificate for a key of the head's own, and its issuer's."""
    authority, at = rehearsal.office.keys.authority, rehearsal.office.clock() - timedelta(minutes=1)
    issued = authority.certify(
        Subject(name=name, organisation="Agentlik", serial_number="AZ-7"), key.public_key(), at=at
    )
    chain = (issued.certificate, *issued.chain)
    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in chain)


def only_certificate(rehearsal: Rehearsal, serial: str) -> CertificateRow:
    """The enrolled one; the demo's own steps back."""
    office = rehearsal.office
    with office.unit_of_work() as uow:
        uow.session.execute(
            sa.update(CertificateRow)
            .where(CertificateRow.person_id == rehearsal.person("head"), CertificateRow.serial != serial)
            .values(revoked_at=uow.now)
        )
        uow.commit()
    (row,) = rehearsal.rows(CertificateRow, serial=serial)
    return row


def test_a_step_is_signed_inside_a_token(rehearsal: Rehearsal, softhsm: SoftHsm) -> None:
    set_up(rehearsal, hsm=softhsm.store)
    listed = keys_in(rehearsal.office, "hsm", secret=TOKEN_PIN, token=softhsm.serial)
    request = enrolment(rehearsal, "hsm", reference=listed[0][0], secret=TOKEN_PIN)
    row = only_certificate(rehearsal, enrol_key(rehearsal.office, request))
    assert (row.key_store, row.key_reference, row.matched_by, row.wrapped_key) == ("hsm", listed[0][0], "name", None)
    line = rehearsal.audit("person:certificate:enrol")[-1]
    assert line.details == {"serial": row.serial, "key_store": "hsm", "matched_by": "name"}
    step = prepared(rehearsal)
    with pytest.raises(PinRefused):
        rehearsal.sign(step, "head", pin="wrong-pin")
    # an outage: told plainly, nothing lost, the same attempt is tried again
    set_up(rehearsal, hsm=replace(softhsm.store, module=Path("/nowhere/libhsm.so")))
    with pytest.raises(KeyStoreFailed, match=r"key store hsm \(/nowhere/libhsm.so\): there is no such file"):
        rehearsal.sign(step, "head", pin=TOKEN_PIN)
    set_up(rehearsal, hsm=softhsm.store)
    assert rehearsal.sign(step, "head", pin=TOKEN_PIN).number
    several_in_one_session(rehearsal)
    with pytest.raises(EntryRefused, match="taken"):
        enrol_key(rehearsal.office, request)


def several_in_one_session(rehearsal: Rehearsal) -> None:
    """Many at once with a token: a wrong PIN signs nothing, what one cannot do the others do."""
    by = rehearsal.person("head")
    attempts = [prepared(rehearsal).attempt_id for _ in range(2)]
    with pytest.raises(PinRefused):
        sign_many(rehearsal.office, SignMany(attempts=attempts, by=by, pin="wrong-pin"))
    outcomes = sign_many(rehearsal.office, SignMany(attempts=[attempts[0], uuid4(), attempts[1]], by=by, pin=TOKEN_PIN))
    assert [each.refusal.code if each.refusal else "" for each in outcomes] == ["", "not-found", ""]


def test_a_step_is_signed_by_a_remote_service(rehearsal: Rehearsal, remote: RemoteService, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("office-token", encoding="utf-8")
    service = JsonService(name="key store remote", url=f"{remote.url}/v2")
    set_up(rehearsal, remote=CscStore(name="remote", service=service, tokens=TokenFile("remote", tmp_path / "token")))
    request = enrolment(rehearsal, "remote", reference="office/ec", secret=SERVICE_PIN, number="AZ-8")
    with pytest.raises(SignatureRefused) as refused:
        enrol_key(rehearsal.office, request)
    assert refused.value.rule == "chain", "its authority is not trusted yet"
    trust_its_root(rehearsal, tmp_path)
    for wrong in (replace(request, number="AZ-9"), replace(request, number="", person_id=rehearsal.person("deputy"))):
        with pytest.raises(SignatureRefused) as refused:
            enrol_key(rehearsal.office, wrong)
        assert refused.value.rule == "holder"
    row = only_certificate(rehearsal, enrol_key(rehearsal.office, request))
    assert row.matched_by == "number"
    step = prepared(rehearsal)
    with pytest.raises(PinRefused):
        rehearsal.sign(step, "head", pin="0000")
    remote.status = 503
    with pytest.raises(KeyStoreFailed, match="it answers 503"):
        rehearsal.sign(step, "head", pin=SERVICE_PIN)
    remote.status = 200
    assert rehearsal.sign(step, "head", pin=SERVICE_PIN).number


def trust_its_root(rehearsal: Rehearsal, tmp_path: Path) -> None:
    store = rehearsal.office.key_stores.named("remote")
    assert isinstance(store, CscStore)
    root = x509.load_der_x509_certificate(store.credential("office/ec").entry.chain[-1])
    pem = root.public_bytes(Encoding.PEM).decode()
    with rehearsal.office.unit_of_work() as uow:
        uow.insert(
            TrustAnchorRow,
            id=uuid4(),
            subject="remote",
            sha256="0",
            pem=pem,
            purpose="any",
            added_by="test",
            added_at=uow.now,
            ground="test",
            valid_from=root.not_valid_before_utc,
        )
        uow.commit()


async def asked_over_websocket(agent: LocalAgent, question: Mapping[str, Any]) -> str:
    """What the page does: the greeting is no answer."""
    with listening(agent) as port:
        async with ClientSession() as session, session.ws_connect(f"http://127.0.0.1:{port}/") as socket:
            assert "status" not in await socket.receive_json()
            await socket.send_json(question)
            return str((await socket.receive()).data)


def test_a_step_is_signed_by_an_agent_over_websocket(rehearsal: Rehearsal) -> None:
    set_up(rehearsal, agent_kz=AgentStore(name="agent_kz", url="wss://127.0.0.1:13579"))
    key = ec.generate_private_key(ec.SECP256R1())
    request = enrolment(rehearsal, "agent_kz", certificates=certified(rehearsal, key))
    row = only_certificate(rehearsal, enrol_key(rehearsal.office, request))
    step, by = prepared(rehearsal), rehearsal.person("head")
    asked = ask_agent(rehearsal.office, AskAgent(attempt_id=step.attempt_id, by=by, language="kk"))
    assert asked.url == "wss://127.0.0.1:13579"

    def answered(key: PrivateKey, *, refuse: bool = False) -> AgentAnswer:
        agent = LocalAgent(Agent(der_of_pem(row.pem), key))
        agent.refuse = "action canceled" if refuse else ""
        answer = asyncio.run(asked_over_websocket(agent, asked.question))
        return AgentAnswer(attempt_id=step.attempt_id, by=by, answer=answer)

    for wrong, rule in (
        (answered(key, refuse=True), "shape"),
        (answered(ec.generate_private_key(ec.SECP256R1())), "value"),
        (AgentAnswer(attempt_id=step.attempt_id, by=by, answer="no json"), "shape"),
        (AgentAnswer(attempt_id=step.attempt_id, by=by, answer="[]"), "shape"),
    ):
        with pytest.raises(SignatureRefused) as refused:
            sign_by_agent(rehearsal.office, wrong)
        assert refused.value.rule == rule
    right = answered(key)
    signed = sign_by_agent(rehearsal.office, right)
    assert sign_by_agent(rehearsal.office, right).sha256 == signed.sha256, "sent twice, signed once"


@dataclass
class Telephone:
    """A provider of the office's own: the officer's key is on the telephone, who answers when told to."""

    key: PrivateKey
    questions: dict[str, Question] = field(default_factory=dict)
    answer: str = "waiting"
    cancelled: list[str] = field(default_factory=list)

    def cancel(self, reference: str) -> None:
        self.cancelled.append(reference)

    def start(self, question: Question) -> Ticket:
        if self.answer == "down":
            raise StoreFailed("telephone", "it does not answer", "try again")
        reference = f"t{len(self.questions)}"
        self.questions[reference] = question
        return Ticket(reference=reference, code="4711")

    def poll(self, reference: str) -> Waiting | Given | Declined:
        if self.answer == "down":
            raise StoreFailed("telephone", "it does not answer", "try again")
        given = {"given": Given(value=sign_with(self.key, self.questions[reference].to_be_signed))}
        given["wrong"] = Given(value=sign_with(self.key, b"something else"))
        return {"waiting": Waiting(), "declined": Declined(reason="pressed no"), **given}[self.answer]


def test_a_step_is_signed_on_a_telephone_later(rehearsal: Rehearsal) -> None:
    telephone = Telephone(ec.generate_private_key(ec.SECP256R1()))
    set_up(rehearsal, phone=LaterStore(name="phone", provider=telephone))
    request = enrolment(rehearsal, "phone", reference="+994", certificates=certified(rehearsal, telephone.key))
    only_certificate(rehearsal, enrol_key(rehearsal.office, request))
    step, office = prepared(rehearsal), rehearsal.office
    later = SignLater(attempt_id=step.attempt_id, by=rehearsal.person("head"))
    telephone.answer = "down"
    with pytest.raises(KeyStoreFailed, match="try again"):
        start_signing(office, later)
    telephone.answer = "waiting"
    assert start_signing(office, later).code == start_signing(office, later).code == "4711"
    assert len(telephone.questions) == 1, "asked once"
    assert poll_signing(office, later) is None
    telephone.answer = "down"
    with pytest.raises(KeyStoreFailed):
        poll_signing(office, later)
    telephone.answer = "waiting"
    asked_before = len(telephone.questions)
    stop_asking(office, later)
    stop_asking(office, later)
    assert telephone.cancelled == [f"t{asked_before - 1}"], "taken back, once"
    telephone.answer = "given"
    with pytest.raises(AttemptExpired):
        poll_signing(office, later)  # nobody waits for it any more
    for answer, rule in (("declined", "declined"), ("wrong", "value")):
        telephone.answer = "waiting"
        start_signing(office, later)
        telephone.answer = answer
        with pytest.raises(SignatureRefused) as refused:
            poll_signing(office, later)
        assert refused.value.rule == rule
    telephone.answer = "given"
    start_signing(office, later)
    signed = poll_signing(office, later)
    assert signed is not None
    again = poll_signing(office, later)
    assert again is not None
    assert again.sha256 == signed.sha256
    assert rehearsal.rows(SigningAttemptRow, id=step.attempt_id)[0].state == "signed"


def test_office_and_task_refuse_by_policy_before_a_document_is_made(rehearsal: Rehearsal) -> None:
    set_up(rehearsal, OfficePolicy(sole_control=True))
    with pytest.raises(SignatureRefused) as refused:
        prepared(rehearsal)
    assert refused.value.rule == "sole-control"
    set_up(rehearsal)
    own = '[signatures.own]\nkey_stores = ["pkcs11", "csc"]\n[deadlines.minute]'
    asking = {
        "model": MODEL.replace('signature="personal"', 'signature="own"'),
        "manifest": MANIFEST.replace("[deadlines.minute]", own),
    }
    with pytest.raises(SignatureRefused) as refused:
        prepared(rehearsal, **asking)
    assert refused.value.rule == "key-store"


def test_policy_is_asked_again_when_the_signature_takes_effect(rehearsal: Rehearsal) -> None:
    step = prepared(rehearsal)
    set_up(rehearsal, OfficePolicy(key_stores=frozenset({"browser"})))
    with pytest.raises(SignatureRefused) as refused:
        rehearsal.sign(step, "head")
    assert refused.value.rule == "key-store"
    set_up(rehearsal)
    signed = rehearsal.sign(step, "head")
    said = json.loads(read_attachment(rehearsal.pdf(signed.document_id), "step.json"))
    assert said["key"] == {"store": "pkcs12", "sole_control": False}, "the document says that the server kept the key"


def test_a_task_may_ask_for_a_higher_level_than_the_office_usually_has(rehearsal: Rehearsal) -> None:
    office = rehearsal.office
    office.settings = replace(office.settings, level="B-B")
    own = '[signatures.own]\nlevel = "B-T"\n[deadlines.minute]'
    step = prepared(
        rehearsal,
        model=MODEL.replace('signature="personal"', 'signature="own"'),
        manifest=MANIFEST.replace("[deadlines.minute]", own),
    )
    signed = rehearsal.sign(step, "head")
    assert signed.level == "B-B", "at once as the office has it: nobody is asked for a timestamp"
    document_id = signed.document_id
    with office.reading() as uow:
        assert level_for(office, uow, document_id) == "B-T"
        assert level_for(office, uow, uuid4()) == "B-B", "a seal's"
        office.settings = replace(office.settings, level="B-LTA")
        assert level_for(office, uow, document_id) == "B-LTA", "a task cannot ask for less"
        office.settings = replace(office.settings, level="B-B")
    assert raise_document_level(office, document_id) == "B-T", "a job asks for what the task wants"
