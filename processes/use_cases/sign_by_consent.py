"""Sign at a remote service that asks the officer on its own page: led there, consent, come back with a code, finish.

What the officer was led away with lies beside the attempt, so that any process finishes it, also after a restart. It is
good for one return, of this officer; the attempt ends it at the latest.
"""

import json
from dataclasses import asdict, dataclass, field
from uuid import UUID

from processes.certificates import named_certificate
from processes.errors import KeyStoreFailed, SignatureRefused
from processes.office import Office
from processes.opened_keys import entry_of
from processes.signed_steps import SignedStep, named_serial, told_before, waiting_attempt
from processes.tables import SigningAttemptRow
from processes.use_cases.sign_later import keep_ticket
from processes.use_cases.sign_outside import completed, prepared_once
from signing.errors import StoreFailed
from signing.keys import KeyEntry, Manner
from signing.keys.consent import ConsentStore, Question

RETURN_PATH = "/sign/returned"
"""below the public address: where services lead officers back to; they know it of this office as their client"""
_BETWEEN = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class AskConsent:
    """The officer's will to sign an attempt's document at the service."""

    attempt_id: UUID
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How an officer came back."""

    by: UUID
    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    """the service's word for why there is no code"""


def address_of_consent(office: Office, request: AskConsent) -> str:
    """Where the officer has to go. Asked again it is the same, so that tabs and reloads do not spoil each other.

    :raises NoCertificate: the document's certificate is not in force, or its key is not at such a service
    :raises AttemptExpired: and StepOvertaken, NotFound, as `waiting_attempt`
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    certificate, prepared = prepared_once(office, attempt, Manner.CONSENT)
    if not attempt.ticket:
        ticket = json.dumps({"code": "", **asdict(Question.new())})
        keep_ticket(office, attempt, ticket, instead_of=None)
        attempt = waiting_attempt(office, request.attempt_id, request.by)
    store, entry = _store(office, certificate.key_store), entry_of(office, certificate)
    question = _question(attempt)
    if question is None:
        raise SignatureRefused("consent", "another tab came back meanwhile; ask once more")
    led = Question(state=f"{attempt.id}{_BETWEEN}{question.state}", verifier=question.verifier)
    return store.address(entry, prepared.to_be_signed, led, back=_back(office))


def attempt_of(state: str) -> UUID | None:
    """The attempt that a state speaks of; None: it is none of ours."""
    try:
        return UUID(state.partition(_BETWEEN)[0])
    except ValueError:
        return None


def finish_consent(office: Office, consent: Consent) -> SignedStep:
    """Exchange the code for the signature and complete the step. A signed attempt tells its result again.

    :raises SignatureRefused: rule "consent": nobody was led away with this state, or has come back with it before;
        "declined": the officer did not consent; the other rules say what is wrong with the signature
    :raises NotFound: the attempt is another officer's
    :raises KeyStoreFailed: the service does not take the code, or gives no signature; ask once more
    :raises AttemptExpired: and StepOvertaken, as `complete_signature`
    """
    attempt_id = attempt_of(consent.state)
    if attempt_id is None:
        raise SignatureRefused("consent", "this state is none of this office's")
    attempt = waiting_attempt(office, attempt_id, consent.by)
    if attempt.state == "signed":
        return told_before(office, attempt)
    question = _question(attempt)
    if question is None or not question.means(consent.state.partition(_BETWEEN)[2]):
        raise SignatureRefused("consent", "nobody was led away with this state")
    # used up before anything is asked: of two returns with the same code one goes on
    if not keep_ticket(office, attempt, None, instead_of=attempt.ticket):
        raise SignatureRefused("consent", "somebody has come back with this state already")
    if consent.error or not consent.code:
        raise SignatureRefused("declined", consent.error or "no code")
    with office.reading() as uow:
        certificate = named_certificate(uow, attempt.person_id, named_serial(attempt))
    store, entry = _store(office, certificate.key_store), entry_of(office, certificate)
    value = _value(office, attempt, (store, entry), question, consent.code)
    return completed(office, attempt, lambda prepared: office.signing.complete(prepared, value))


def _value(
    office: Office, attempt: SigningAttemptRow, at: tuple[ConsentStore, KeyEntry], question: Question, code: str
) -> bytes:
    _, prepared = prepared_once(office, attempt, Manner.CONSENT)
    store, entry = at
    try:
        return store.value(entry, prepared.to_be_signed, question, code=code, back=_back(office))
    except StoreFailed as error:
        raise KeyStoreFailed(str(error)) from error


def _back(office: Office) -> str:
    return office.settings.public_url.rstrip("/") + RETURN_PATH


def _store(office: Office, name: str) -> ConsentStore:
    store = office.key_stores.named(name)
    if not isinstance(store, ConsentStore):
        raise SignatureRefused("key-store", f"{name} does not ask its signers on a page of its own")
    return store


def _question(attempt: SigningAttemptRow) -> Question | None:
    if not attempt.ticket:
        return None
    kept = json.loads(attempt.ticket)
    return Question(state=kept["state"], verifier=kept["verifier"])
