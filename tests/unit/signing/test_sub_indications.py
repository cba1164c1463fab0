"""Every sub-indication of ETSI EN 319 102-1 that this house gives, by a document that earns it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from signing_pilot import CREATED, JUDGED, SIGNED, Pilot, foreign_signature

from signing import der, pades
from signing.authority import Revoked
from signing.cades import judge_cms
from signing.certificates import Certified, Issuer, Profile, Subject, issue, signer_name
from signing.cms import der_of, load_certificate, signed_attributes, signed_data, signer_of
from signing.indications import SUB_INDICATIONS
from signing.keys.software import SoftwareKey
from signing.report import ValidationReport
from signing.request import SignatureLevel
from signing.service import Signing
from signing.trust import TrustStore

FAR = datetime(2033, 1, 1, tzinfo=UTC)
Key = Callable[..., SoftwareKey]
Maker = Callable[[Pilot, Key], ValidationReport]
MADE: dict[str, Maker] = {}


def earns(name: str) -> Callable[[Maker], Maker]:
    def kept(maker: Maker) -> Maker:
        MADE[name] = maker
        return maker

    return kept


def judged(pilot: Pilot, pdf: bytes, *revoked: Revoked, at: datetime = JUDGED) -> ValidationReport:
    return pilot.signing.validate(pdf, pilot.trust(*revoked, at=at), at=at)


def untimed(pilot: Pilot, **changes: object) -> bytes:
    return Signing(clock=pilot.clock).sign(pilot.request(pilot.fielded(), **changes), pilot.key).pdf


def certified(pilot: Pilot, key: SoftwareKey, profile: Profile, at: datetime) -> SoftwareKey:
    """Another certificate for a key."""
    issuer = Issuer(load_certificate(pilot.authority.issuing.certificate), pilot.authority.issuing.private_key)
    name = signer_name(Subject(name="Other", organisation="Agentlik"), profile)
    certificate = issue(Certified(name, key.private_key.public_key(), profile, at), issuer)
    return SoftwareKey(der_of(certificate), key.chain, key.private_key)


@earns("FORMAT_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, pilot.signed().pdf[:-2000])


@earns("HASH_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, pilot.signed().pdf.replace(b"20260319103015Z", b"20260318103015Z"))


def written(pilot: Pilot, named: SoftwareKey, carried: SoftwareKey, signing: SoftwareKey) -> bytes:
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    attributes = signed_attributes(signer_of(named.certificate), prepared.digest)
    cms = signed_data(signer_of(carried.certificate), attributes, signing.sign(attributes))
    return pades.Placeholder(prepared.pdf, prepared.digest, prepared.reserved).filled(cms)


@earns("SIG_CRYPTO_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, written(pilot, key("ec"), key("ec"), certified(pilot, key("p384"), Profile.OFFICER, CREATED)))


@earns("REVOKED")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, pilot.signed().pdf, Revoked(pilot.enrolled.serial, SIGNED - timedelta(days=2)))


@earns("REVOKED_NO_POE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, untimed(pilot), Revoked(pilot.enrolled.serial, SIGNED + timedelta(days=2)))


@earns("REVOKED_CA_NO_POE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    issuing = load_certificate(pilot.authority.issuing.certificate).serial_number
    root = pilot.authority.crl("root", [Revoked(f"{issuing:x}", SIGNED - timedelta(days=5))], at=JUDGED)
    trust = pilot.authority.trust([pilot.authority.crl(at=JUDGED), root])
    return pilot.signing.validate(pilot.signed().pdf, trust, at=JUDGED)


@earns("EXPIRED")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, untimed(pilot, claimed_at=FAR - timedelta(days=1)), at=FAR)


@earns("NOT_YET_VALID")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    young = certified(pilot, key("ec"), Profile.OFFICER, SIGNED + timedelta(days=30))
    signed = foreign_signature(pilot, young)
    return judged(pilot, pilot.signing.raise_level(signed, SignatureLevel.B_T).pdf)


@earns("SIG_CONSTRAINTS_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, untimed(pilot, claimed_at=JUDGED + timedelta(days=1)))


@earns("CHAIN_CONSTRAINTS_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, foreign_signature(pilot, certified(pilot, key("ec"), Profile.TSA, CREATED)))


@earns("CERTIFICATE_CHAIN_GENERAL_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return pilot.signing.validate(pilot.signed().pdf, pilot.authority.anchors(), at=JUDGED)


@earns("NO_CERTIFICATE_CHAIN_FOUND")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return pilot.signing.validate(pilot.signed().pdf, TrustStore(), at=JUDGED)


@earns("CRYPTO_CONSTRAINTS_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signing.acceptable.acceptance_of", lambda *_: None)
        return judged(pilot, untimed(pilot))


@earns("CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, foreign_signature(pilot, key("rsa2048")), at=datetime(2029, 6, 1, tzinfo=UTC))


@earns("TIMESTAMP_ORDER_FAILURE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, pilot.signed(claimed_at=SIGNED + timedelta(days=1)).pdf)


@earns("OUT_OF_BOUNDS_NO_POE")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    return judged(pilot, untimed(pilot), at=FAR)


@earns("OUT_OF_BOUNDS_NOT_REVOKED")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    ends = load_certificate(pilot.key.certificate).not_valid_after_utc
    now, then = pilot.trust(at=FAR), pilot.trust(at=ends - timedelta(days=1))
    return pilot.signing.validate(untimed(pilot), replace(now, crls=(*now.crls, *then.crls)), at=FAR)


@earns("TRY_LATER")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    soon = SIGNED + timedelta(hours=1)
    trust = replace(pilot.trust(at=soon), grace=timedelta(days=1))
    return pilot.signing.validate(untimed(pilot), trust, at=soon)


@earns("SIGNED_DATA_NOT_FOUND")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    cms = signed_data(signer_of(pilot.key.certificate), prepared.to_be_signed, pilot.key.sign(prepared.to_be_signed))
    return judge_cms(cms, pilot.trust(), JUDGED)


@earns("GENERIC")
def _(pilot: Pilot, key: Key) -> ValidationReport:
    pdf = pilot.signed(level=SignatureLevel.B_B).pdf
    sha256, sha512 = (der.oid(f"2.16.840.1.101.3.4.2.{n}").hex().upper().encode() for n in (1, 3))
    position = pdf.rindex(sha256)
    return judged(pilot, pdf[:position] + sha512 + pdf[position + len(sha256) :])


@pytest.mark.parametrize("one", [one for one in SUB_INDICATIONS if one.given], ids=lambda one: one.name)
def test_each_is_earned_by_a_document(pilot: Pilot, foreign_key: Key, one) -> None:
    report = MADE[one.name](pilot, foreign_key)
    told = {each.sub_indication for each in report.signatures}
    named = any(one.name in finding for finding in report.findings)
    assert one.name in told or (not report.signatures and named), report
    assert report.verdict is one.verdict


def test_the_table_is_the_standards_and_the_codes() -> None:
    table = {one.name: one for one in SUB_INDICATIONS}
    assert len(table) == len(SUB_INDICATIONS)
    library = {one.standard_name for kind in (AdESFailure, AdESIndeterminate) for one in kind}
    assert library <= table.keys()
    source = "".join(file.read_text(encoding="utf-8") for file in Path("signing").glob("*.py"))
    written_out = set(re.findall(r'Outcome\(\s*Verdict\.\w+, "([A-Z_]+)"', source))
    assert written_out <= {name for name, one in table.items() if one.given} | {"NO_POE"}


def test_a_signature_with_validation_data_outlives_its_certificate(pilot: Pilot) -> None:
    signed = pilot.signed().pdf
    pilot.clock.now = SIGNED + timedelta(minutes=3)
    ended = load_certificate(pilot.key.certificate).not_valid_after_utc + timedelta(days=1)
    raised = pilot.raising().raise_level(signed, SignatureLevel.B_LT).pdf
    assert judged(pilot, raised, at=ended).verdict == "TOTAL-PASSED"
    assert judged(pilot, signed, at=ended).verdict == "INDETERMINATE", "nothing of its time says it was not revoked"
