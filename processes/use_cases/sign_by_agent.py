"""Sign with an agent on the officer's computer: the page gets the question, the agent's whole answer comes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from processes.errors import SignatureRefused
from processes.office import Office
from processes.signed_steps import SignedStep, waiting_attempt
from processes.use_cases.sign_outside import completed, prepared_once
from signing.errors import NotSignable
from signing.keys import Manner
from signing.keys.agent import AgentStore, agent_cms


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgent:
    """The officer is about to sign an attempt's document with the agent."""

    attempt_id: UUID
    by: UUID
    language: str
    """of the agent's own windows"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentQuestion:
    """Where the page finds the agent, and what it sends there."""

    url: str
    question: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswer:
    """What the agent answered, as the page got it."""

    attempt_id: UUID
    by: UUID
    answer: str = field(repr=False)
    """JSON"""


def ask_agent(office: Office, request: AskAgent) -> AgentQuestion:
    """The question for the agent. Asked again it is the same.

    :raises NoCertificate: the document's certificate is not in force, or its key is not with an agent
    :raises AttemptExpired: and StepOvertaken, as `waiting_attempt`
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    certificate, prepared = prepared_once(office, attempt, Manner.AGENT)
    store = office.key_stores.named(certificate.key_store)
    if not isinstance(store, AgentStore):
        raise SignatureRefused("key-store", f"{certificate.key_store} is no agent")
    return AgentQuestion(url=store.url, question=store.question(prepared, language=request.language))


def sign_by_agent(office: Office, request: AgentAnswer) -> SignedStep:
    """Judge the agent's CMS, embed it, complete the step. Refused it may be tried again.

    :raises SignatureRefused: `rule` says what is wrong with it
    :raises AttemptExpired: and StepOvertaken, as `complete_signature`
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    try:
        answer = json.loads(request.answer)
        cms = agent_cms(answer if isinstance(answer, dict) else {})
    except ValueError as error:
        raise SignatureRefused("shape", "the agent's answer is no JSON") from error
    except NotSignable as error:
        raise SignatureRefused(error.rule, error.reason) from error
    return completed(office, attempt, lambda prepared: office.signing.complete_cms(prepared, cms))
