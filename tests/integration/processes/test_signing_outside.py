"""Signing with a key the server never holds: prepare, sign elsewhere, complete; whatever happens in between."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from minutes import ELEMENT, KEY, deploy_minutes
from rehearsal import ANSWERED, APPEAL, Rehearsal

from processes.certificates import certificate_of
from processes.errors import AttemptExpired, EntryRefused, NoCertificate, NotFound, SignatureRefused, StepOvertaken
from processes.own_keys import subject_of
from processes.queries.certificates import certificate_requests, request_pem
from processes.queries.many_documents import MOST, chosen_steps, waiting_documents
from processes.signed_steps import SignedStep
from processes.tables import CertificateRequestRow, CertificateRow, SigningAttemptRow, StepRecordRow
from processes.trust import trust_store
from processes.use_cases.abandon_attempt import AbandonAttempt, abandon_attempt
from processes.use_cases.grant_certificate import GrantCertificate, grant_certificate
from processes.use_cases.many_documents import (
    Outcome,
    PrepareMany,
    SignMany,
    complete_signatures,
    prepare_many,
    prepare_signatures,
    sign_many,
)
from processes.use_cases.request_certificate import RequestCertificate, request_certificate
from processes.use_cases.revoke_certificate import RevokeCertificate, revoke_certificate
from processes.use_cases.sign_outside import (
    CompleteSignature,
    PrepareSignature,
    ToBeSigned,
    complete_signature,
    prepare_signature,
)
from processes.use_cases.submit_step import PreparedStep
from signing.authority import Subject
from signing.errors import KeyUnreadable, SigningError
from signing.keys.pkcs12 import open_pkcs12, unwrap

STEP = "resolution"


@dataclass(frozen=True)
class Browser:
    """What a page with an officer's own key does."""

    rehearsal: Rehearsal
    login: str
    key: ec.EllipticCurvePrivateKey

    def sign(self, data: bytes) -> bytes:
        """As WebCrypto does: r and s in a row."""
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def enrol(self) -> str | None:
        office, by = self.rehearsal.office, self.rehearsal.person(self.login)
        with office.reading() as uow:
            name = office.keys.authority.certify(
                subject_of(uow.session, by), self.key.public_key(), at=office.clock()
            ).certificate
        asked = x509.CertificateSigningRequestBuilder(x509.load_der_x509_certificate(name).subject)
        info = asked.sign(self.key, hashes.SHA256()).tbs_certrequest_bytes
        return request_certificate(office, RequestCertificate(by=by, info=info, value=self.sign(info)))

    def prepare(self, prepared: PreparedStep) -> ToBeSigned:
        request = PrepareSignature(attempt_id=prepared.attempt_id, by=self.rehearsal.person(self.login))
        return prepare_signature(self.rehearsal.office, request)

    def complete(self, prepared: PreparedStep, value: bytes) -> SignedStep:
        by = self.rehearsal.person(self.login)
        return complete_signature(
            self.rehearsal.office, CompleteSignature(attempt_id=prepared.attempt_id, by=by, value=value)
        )


@pytest.fixture
def heads(rehearsal: Rehearsal) -> Browser:
    return Browser(rehearsal, "head", ec.generate_private_key(ec.SECP256R1()))


def waiting(browser: Browser) -> PreparedStep:
    """The head has a key of their own, and a document that waits for it."""
    rehearsal = browser.rehearsal
    case_id = rehearsal.play(APPEAL, ANSWERED, until=STEP)
    assert browser.enrol()
    return rehearsal.submit(rehearsal.item(case_id, STEP), "head", rehearsal.fields(APPEAL, ANSWERED, STEP))


def test_the_page_signs_and_the_step_is_done_once(heads: Browser) -> None:
    prepared = waiting(heads)
    asked, again = heads.prepare(prepared), heads.prepare(prepared)
    assert asked == again, "two tabs are asked for the same"
    with pytest.raises(SignatureRefused) as refused:
        heads.complete(prepared, heads.sign(b"something else"))
    assert refused.value.rule == "value"
    signed = heads.complete(prepared, heads.sign(asked.attributes))
    assert heads.complete(prepared, b"") == signed, "a second click is told the same"
    assert heads.prepare(prepared).signed
    [attempt] = heads.rehearsal.rows(SigningAttemptRow, id=prepared.attempt_id)
    assert (attempt.state, attempt.pdf, attempt.prepared) == ("signed", None, None)
    assert attempt.step["key"] == {"store": "browser", "sole_control": True}
    pdf = heads.rehearsal.pdf(signed.document_id)
    assert heads.rehearsal.office.signing.validate(
        pdf, heads.rehearsal.office.keys.authority.trust(), at=heads.rehearsal.office.clock()
    ).signatures


def test_a_document_names_the_key_of_the_browser_it_is_submitted_from(heads: Browser) -> None:
    rehearsal = heads.rehearsal
    at_home = Browser(rehearsal, "head", ec.generate_private_key(ec.SECP256R1()))
    serials = [str(heads.enrol()), str(at_home.enrol())]
    rows = {row.serial: row.key_reference for row in rehearsal.rows(CertificateRow, key_store="browser")}
    head = rehearsal.person("head")
    with rehearsal.office.reading() as uow:
        named = [certificate_of(uow, head, here).serial for here in ([rows[serials[0]]], [rows[serials[1]]], [])]
    assert named == [serials[0], serials[1], serials[1]]


def test_who_signs_too_late_or_for_somebody_else_changes_nothing(heads: Browser) -> None:
    prepared = waiting(heads)
    value = heads.sign(heads.prepare(prepared).attributes)
    with pytest.raises(NotFound):
        Browser(heads.rehearsal, "deputy", heads.key).complete(prepared, value)
    heads.rehearsal.later(minutes=16)
    for act in (lambda: heads.prepare(prepared), lambda: heads.complete(prepared, value)):
        with pytest.raises(AttemptExpired):
            act()


def test_a_colleague_was_faster_while_the_page_signed(heads: Browser) -> None:
    prepared = waiting(heads)
    value = heads.sign(heads.prepare(prepared).attributes)
    rehearsal = heads.rehearsal
    [attempt] = rehearsal.rows(SigningAttemptRow, id=prepared.attempt_id)
    item = rehearsal.item(attempt.case_id, STEP)
    rehearsal.sign(rehearsal.submit(item, "deputy", rehearsal.fields(APPEAL, ANSWERED, STEP)), "deputy")
    with pytest.raises(StepOvertaken):
        heads.complete(prepared, value)


def test_a_certificate_revoked_while_the_page_signs_signs_nothing(heads: Browser) -> None:
    prepared = waiting(heads)
    value = heads.sign(heads.prepare(prepared).attributes)
    serial = heads.rehearsal.rows(CertificateRow, key_store="browser")[0].serial
    revoke_certificate(heads.rehearsal.office, RevokeCertificate(by=None, serial=serial, reason="keyCompromise"))
    with pytest.raises(NoCertificate):
        heads.complete(prepared, value)


def test_an_outside_authority_certifies_the_key_by_way_of_the_administrator(heads: Browser) -> None:
    rehearsal, office = heads.rehearsal, heads.rehearsal.office
    office.settings = replace(office.settings, officers_authority="outside")
    admin = rehearsal.person("admin")
    assert heads.enrol() is None
    assert heads.enrol() is None, "a newer request takes the place of the older"
    [line] = certificate_requests(office, admin)
    request = x509.load_pem_x509_csr(request_pem(office, admin, line.id).encode())
    assert request.is_signature_valid
    with office.reading() as uow:
        person = subject_of(uow.session, rehearsal.person("head"))

    def grant(subject: Subject, key: ec.EllipticCurvePublicKey) -> str:
        issued = office.keys.authority.certify(subject, key, at=office.clock())
        content = x509.load_der_x509_certificate(issued.certificate).public_bytes(Encoding.PEM)
        return grant_certificate(office, GrantCertificate(by=admin, request_id=line.id, content=content))

    another = ec.generate_private_key(ec.SECP256R1()).public_key()
    for reason, subject, key in (
        ("another-key", person, another),
        ("holder", replace(person, name="Başqa Adam"), heads.key.public_key()),
    ):
        with pytest.raises(EntryRefused) as refused:
            grant(subject, key)
        assert refused.value.reason == reason
    serial = grant(person, heads.key.public_key())
    assert {row.state for row in rehearsal.rows(CertificateRequestRow)} == {"granted", "withdrawn"}
    [entered] = rehearsal.audit("person:certificate:enter")
    assert entered.details["serial"] == serial
    assert entered.details["matched by"] == "name"


def test_many_documents_each_by_itself(heads: Browser) -> None:
    rehearsal, office, head = heads.rehearsal, heads.rehearsal.office, heads.rehearsal.person("clerk")
    cases = [rehearsal.play(APPEAL, ANSWERED, until="registration_check", copy=str(n)) for n in range(3)]
    items = [rehearsal.item(case, "registration_check") for case in cases]
    chosen = [(item.id, item.version) for item in items]
    offered = chosen_steps(office, head, chosen)
    complete = {answer.value: answer.complete for answer in offered.answers}
    assert complete["consider"] == 3
    stale = [*chosen[:2], (chosen[2][0], chosen[2][1] + 7)]
    outcomes = prepare_many(office, PrepareMany(items=stale, by=head, answer="consider"))
    assert codes(outcomes) == ["", "", "step-overtaken"]
    attempts = [line.attempt_id for line in waiting_documents(office, head).documents]
    assert len(attempts) == 2
    pin = rehearsal.accounts["clerk"].pin
    signed = sign_many(office, SignMany(attempts=[attempts[0], items[0].id, attempts[1]], by=head, pin=pin))
    assert codes(signed) == ["", "not-found", ""], "one that is refused does not lose the others"
    assert codes(sign_many(office, SignMany(attempts=attempts, by=head, pin=pin))) == ["", ""], "again is the same"
    assert not waiting_documents(office, head).documents
    own = Browser(rehearsal, "clerk", heads.key)
    assert own.enrol()
    prepare_many(office, PrepareMany(items=chosen[2:], by=head, answer="consider"))
    [line] = waiting_documents(office, head).documents
    [asked] = prepare_signatures(office, [line.attempt_id], head)
    assert asked.to_be_signed
    values = {line.attempt_id: own.sign(asked.to_be_signed.attributes), items[0].id: b""}
    assert codes(complete_signatures(office, values, head)) == ["", "not-found"]


@pytest.mark.long
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("own", [False, True], ids=["PKCS#12 and PIN", "key of the browser"])
def test_two_hundred_documents_in_one_authentication(heads: Browser, own: bool) -> None:
    """Ten to a request, as the page sends them; one is withdrawn before its turn, and the others do not notice."""
    rehearsal, office, head = heads.rehearsal, heads.rehearsal.office, heads.rehearsal.person("head")
    deploy_minutes(office)
    if own:
        assert heads.enrol()
    for _ in range(MOST):
        case = rehearsal.start(KEY, "executive", "head")
        rehearsal.submit(rehearsal.item(case.case_id, ELEMENT), "head", {"text": "Qeyd", "last": True})
    attempts = [line.attempt_id for line in waiting_documents(office, head).documents]
    assert len(attempts) == MOST
    withdrawn = attempts[MOST // 2]
    outcomes: list[Outcome] = []
    for start in range(0, MOST, 10):
        some = attempts[start : start + 10]
        if withdrawn in some:
            abandon_attempt(office, AbandonAttempt(attempt_id=withdrawn, by=head, reason="another day"))
        outcomes += signed_by(heads, some) if own else sign_many(office, with_pin(rehearsal, some))
    refused = {each.subject: each.refusal.code for each in outcomes if each.refusal}
    assert refused == {withdrawn: "attempt-expired"}
    assert len(outcomes) == MOST
    rows = [row for row in rehearsal.rows(StepRecordRow) if row.element_id == ELEMENT]
    assert len({row.document_id for row in rows}) == len(rows) == MOST - 1
    assert not waiting_documents(office, head).documents
    report = office.signing.validate(rehearsal.pdf(attempts[-1]), trust_store(office), at=office.clock())
    assert report.verdict == "TOTAL-PASSED", report.findings


def with_pin(rehearsal: Rehearsal, attempts: Sequence[UUID]) -> SignMany:
    return SignMany(attempts=attempts, by=rehearsal.person("head"), pin=rehearsal.accounts["head"].pin)


def signed_by(browser: Browser, attempts: Sequence[UUID]) -> list[Outcome]:
    office, by = browser.rehearsal.office, browser.rehearsal.person(browser.login)
    asked = prepare_signatures(office, attempts, by)
    values = {each.subject: browser.sign(each.to_be_signed.attributes) for each in asked if each.to_be_signed}
    return [each for each in asked if each.refusal] + complete_signatures(office, values, by)


def test_a_stolen_database_alone_cannot_be_searched_for_pins(rehearsal: Rehearsal) -> None:
    """Whoever has every row and even guesses the PIN has no container to try it on."""
    kept = [row for row in rehearsal.rows(CertificateRow) if row.wrapped_key and row.person_id]
    assert kept
    for row in kept:
        login = next(each for each in rehearsal.accounts if rehearsal.person(each) == row.person_id)
        with pytest.raises(SigningError):
            open_pkcs12(row.wrapped_key, rehearsal.accounts[login].pin)
        with pytest.raises(KeyUnreadable):
            unwrap(row.wrapped_key, bytes(32))
        assert open_pkcs12(unwrap(row.wrapped_key, rehearsal.office.keys.server_key), rehearsal.accounts[login].pin)


def codes(outcomes: list[Outcome]) -> list[str]:
    return [outcome.refusal.code if outcome.refusal else "" for outcome in outcomes]
