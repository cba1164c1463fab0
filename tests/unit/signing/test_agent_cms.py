"""A complete CMS from outside: taken when it is right, refused by name when anything in it is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import algos, cms, core
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from local_agent import Agent
from signing_pilot import JUDGED, SIGNED, Pilot
from softhsm import certified

from signing.errors import CertificateRevoked, NotSignable
from signing.report import Verdict
from signing.service import PreparedSignature, Signing, covered
from signing.trust import TrustStore


def told_time(at: datetime) -> list[Any]:
    return [{"type": "signing_time", "values": [cms.Time({"utc_time": at})]}]


@pytest.fixture
def agent(pilot: Pilot) -> Agent:
    return Agent(pilot.key.certificate, pilot.key.private_key)


@pytest.fixture
def prepared(pilot: Pilot) -> PreparedSignature:
    return pilot.signing.prepare(pilot.request(pilot.fielded()))


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_what_an_agent_signed_is_embedded_and_valid(
    pilot: Pilot, agent: Agent, prepared: PreparedSignature, digest: str
):
    clock = told_time(SIGNED + timedelta(minutes=3))
    signed = pilot.signing.complete_cms(prepared, agent.signed(covered(prepared), digest=digest, more=clock))
    report = pilot.signing.validate(signed.pdf, pilot.trust(), at=JUDGED)
    assert report.verdict is Verdict.TOTAL_PASSED, report.findings
    assert signed.level == "B-T"


def test_an_rsa_key_of_another_authority_signs_too(pilot: Pilot, authority: Any):
    key = rsa.generate_private_key(65537, 2048)
    certificate = certified(authority, key)
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded(), certificate=certificate))
    made = Agent(certificate, key).signed(covered(prepared), algorithm="rsassa_pkcs1v15")
    report = pilot.signing.validate(pilot.signing.complete_cms(prepared, made).pdf, pilot.trust(), at=JUDGED)
    assert report.verdict is Verdict.TOTAL_PASSED, report.findings


def test_what_an_agent_adds_unsigned_is_not_embedded(pilot: Pilot, agent: Agent, prepared: PreparedSignature):
    made = cms.ContentInfo.load(agent.signed(covered(prepared)))
    lie = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.OctetString(b"unchecked lie")]})
    made["content"]["signer_infos"][0]["unsigned_attrs"] = [lie]
    signed = pilot.signing.complete_cms(prepared, made.dump(force=True))
    assert b"unchecked lie".hex().upper().encode() not in signed.pdf


Make = Callable[[Agent, bytes], bytes]
FAR = datetime(2030, 1, 1, tzinfo=UTC)
WRONG: dict[str, tuple[str, Make]] = {
    "no cms": ("shape", lambda agent, content: b"no cms"),
    "too large": ("shape", lambda agent, content: bytes(70_000)),
    "two signers": ("shape", lambda agent, content: agent.signed(content, signers=2)),
    "a document of its own": (
        "shape",
        lambda agent, content: agent.signed(content, carried=core.OctetString(b"another")),
    ),
    "another document": ("digest", lambda agent, content: agent.signed(content + b"x")),
    "another value": ("value", lambda agent, content: agent.signed(content, value=bytes(70))),
    "weak digest": ("algorithm", lambda agent, content: agent.signed(content, digest="sha1")),
    "gost": ("algorithm", lambda agent, content: agent.signed(content, algorithm="1.2.398.3.10.1.1.2.3.2")),
    "digest of another kind": ("algorithm", lambda agent, content: agent.signed(content, algorithm="sha512_ecdsa")),
    "no digest": ("attributes", lambda agent, content: agent.signed(content, leave_out="message_digest")),
    "no certificate named": ("attributes", lambda a, content: a.signed(content, leave_out="signing_certificate_v2")),
    "twice": (
        "attributes",
        lambda agent, content: agent.signed(content, more=[{"type": "content_type", "values": ["data"]}]),
    ),
    "a time far away": (
        "attributes",
        lambda agent, content: agent.signed(content, more=told_time(FAR)),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_whatever_is_wrong_is_refused_by_its_rule(pilot: Pilot, agent: Agent, prepared: PreparedSignature, name: str):
    rule, make = WRONG[name]
    with pytest.raises(NotSignable) as refused:
        pilot.signing.complete_cms(prepared, make(agent, covered(prepared)))
    assert refused.value.rule == rule, refused.value


def test_algorithm_protection_must_not_lie(pilot: Pilot, agent: Agent, prepared: PreparedSignature):
    told = {
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha512"}),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    }
    lie = [{"type": "cms_algorithm_protection", "values": [cms.CMSAlgorithmProtection(told)]}]
    with pytest.raises(NotSignable, match="CMSAlgorithmProtection"):
        pilot.signing.complete_cms(prepared, agent.signed(covered(prepared), more=lie))


def test_somebody_elses_certificate_is_refused(pilot: Pilot, opened: Any, prepared: PreparedSignature):
    other = opened("Başqa Adam", "officer")
    with pytest.raises(NotSignable) as refused:
        pilot.signing.complete_cms(prepared, Agent(other.certificate, other.private_key).signed(covered(prepared)))
    assert refused.value.rule == "certificate"


def test_a_revoked_certificate_is_refused(pilot: Pilot, agent: Agent, prepared: PreparedSignature):
    from signing.authority import Revoked

    revoked = pilot.trust(Revoked(pilot.enrolled.serial, SIGNED - timedelta(days=1)))
    signing = Signing(clock=pilot.clock, trust=lambda: revoked)
    with pytest.raises(CertificateRevoked):
        signing.complete_cms(prepared, agent.signed(covered(prepared)))
    untrusted = Signing(clock=pilot.clock, trust=TrustStore)
    with pytest.raises(NotSignable, match="chain"):
        untrusted.complete_cms(prepared, agent.signed(covered(prepared)))


@given(st.data())
def test_no_bytes_make_it_fail_otherwise(pilot_parts: tuple[Signing, PreparedSignature, bytes], data: st.DataObject):
    signing, prepared, made = pilot_parts
    place = data.draw(st.integers(0, len(made) - 1))
    changed = made[:place] + bytes((data.draw(st.integers(0, 255)),)) + made[place + 1 :]
    try:
        signed = signing.complete_cms(prepared, changed)
    except NotSignable:
        return
    # what is not checked is not embedded: a change that is taken has no effect
    assert signed.pdf == signing.complete_cms(prepared, made).pdf


@pytest.fixture(scope="module")
def pilot_parts(authority: Any, opened: Any) -> tuple[Signing, PreparedSignature, bytes]:
    from signing_pilot import OFFICER, SetClock, document

    from signing.request import SignatureLevel, SignatureRequest

    key, signing = opened(OFFICER, "officer"), Signing(clock=SetClock())
    request = SignatureRequest(
        pdf=signing.allot_fields(document("Signature1"), ["Signature1"]),
        field="Signature1",
        certificate=key.certificate,
        chain=key.chain,
        level=SignatureLevel.B_B,
        claimed_at=SIGNED,
    )
    prepared = signing.prepare(request)
    return signing, replace(prepared), Agent(key.certificate, key.private_key).signed(covered(prepared))
