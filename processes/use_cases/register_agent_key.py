"""Enrol a certificate whose key an agent on the officer's computer uses: a token, a card, a file of the agent's own."""

import json
from dataclasses import dataclass, field
from uuid import UUID

from processes.errors import EntryRefused
from processes.office import Office
from processes.organisation import person
from processes.own_keys import OwnKey, challenge, is_challenge, keep_own_key
from processes.trust import trust_store
from processes.use_cases.register_key_file import require_new
from processes.use_cases.sign_by_agent import AgentQuestion
from signing.enrolment import require_own, require_signed_challenge
from signing.errors import SigningError
from signing.keys.agent import AgentStore, agent_cms
from signing.policy import Candidate, TaskPolicy, require_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForKey:
    """An officer wants to sign with an agent from now on."""

    by: UUID
    store: str
    """its name in karguzar.toml"""
    language: str
    """of the agent's own windows"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAgentKey:
    """What the agent answered to the question of `ask_for_key`."""

    by: UUID
    store: str
    challenge: str
    answer: str = field(repr=False)
    """JSON"""


def ask_for_key(office: Office, request: AskForKey) -> tuple[AgentQuestion, str]:
    """The question for the agent, and the challenge it is over.

    :raises EntryRefused: there is no such agent
    """
    store, said = _agent(office, request.store), challenge(office, request.by, office.clock())
    question = store.asked_over(said.encode(), language=request.language)
    return AgentQuestion(url=store.url, question=question), said


def register_agent_key(office: Office, request: RegisterAgentKey) -> str:
    """Enter the certificate that the agent signed the challenge with; its serial number.

    :raises EntryRefused: no signature over the challenge, the certificate is known already, or the rule by which it
        cannot sign here
    """
    store = _agent(office, request.store)
    if not is_challenge(office, request.by, request.challenge, office.clock()):
        raise EntryRefused("certificate", "expired")
    with office.reading() as uow:
        holder = person(uow.session, request.by)
    trust, at = trust_store(office), office.clock()
    try:
        cms = agent_cms(_answer(request.answer))
        certificate, chain = require_signed_challenge(cms, request.challenge.encode(), trust=trust, at=at)
        matched_by = require_own(certificate, chain, name=holder.name, trust=trust, at=at)
        candidate = Candidate(
            certificate=certificate,
            key_store=store.kind.name,
            sole_control=store.sole_control,
            matched_by=matched_by,
        )
        require_policy(candidate, TaskPolicy(), office.key_stores.policy, at=at)
    except SigningError as error:
        raise EntryRefused("certificate", getattr(error, "rule", error.code)) from error
    own = OwnKey(certificate=certificate, chain=chain, store=request.store, matched_by=matched_by)
    with office.unit_of_work() as uow:
        require_new(uow, certificate)
        serial = keep_own_key(uow, request.by, own, actor=str(request.by))
        uow.commit()
    return serial


def _answer(text: str) -> dict[str, object]:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {}


def _agent(office: Office, name: str) -> AgentStore:
    store = office.key_stores.stores.get(name)
    if not isinstance(store, AgentStore):
        raise EntryRefused("store", "malformed")
    return store
