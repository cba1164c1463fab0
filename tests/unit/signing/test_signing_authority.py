"""The pilot authority: plainly a pilot, whole on disk, certificates and CRLs as RFC 5280 and RFC 3161 want them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from signing_pilot import CREATED, JUDGED, PASSPHRASE, PIN, Pilot

from signing.authority import PilotAuthority, Revoked, Subject
from signing.certificates import FULL_NAME, fitted, period
from signing.errors import AuthorityUnusable, TrustUnreadable, WeakPin
from signing.trust import read_trust, scan_trust

LONG_BODY = (
    "Azərbaycan Respublikasının Prezidenti yanında Vətəndaşlara Xidmət və Sosial İnnovasiyalar üzrə Dövlət Agentliyi"
)


def certificates(authority: PilotAuthority) -> dict[str, x509.Certificate]:
    trust = authority.anchors()
    names = ("root", "issuing", "tsa")
    return dict(zip(names, map(x509.load_der_x509_certificate, (*trust.anchors, *trust.intermediates)), strict=True))


def test_every_certificate_of_the_authority_says_it_is_a_pilot_and_not_qualified(authority: PilotAuthority):
    for certificate in certificates(authority).values():
        (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert name.value.startswith("Karguzar Pilot ")
        assert name.value.endswith("(not qualified)")


@pytest.mark.parametrize(("role", "years"), [("root", 20), ("issuing", 15), ("tsa", 10)])
def test_validity_begins_at_the_given_past_time(authority: PilotAuthority, role: str, years: int):
    certificate = certificates(authority)[role]
    assert certificate.not_valid_before_utc == CREATED
    assert certificate.not_valid_after_utc == CREATED.replace(year=CREATED.year + years) - timedelta(seconds=1)


def test_an_officer_has_five_years_a_p256_key_and_may_commit_to_content(pilot: Pilot):
    certificate = x509.load_pem_x509_certificate(pilot.enrolled.certificate_pem.encode())
    assert (pilot.enrolled.not_before, pilot.enrolled.not_after) == period(CREATED, 5)
    assert certificate.public_key().curve.name == "secp256r1"
    assert f"{certificate.serial_number:x}" == pilot.enrolled.serial
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value.endswith("/issuing.crl")
    assert "CN=Əliyev Şükür İsmayıl oğlu" in pilot.enrolled.subject
    assert "not qualified" in pilot.enrolled.issuer


def test_the_tsa_may_do_nothing_but_stamp_time_and_says_so_critically(authority: PilotAuthority):
    extension = certificates(authority)["tsa"].extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert extension.critical
    assert list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_a_seal_has_an_organization_identifier_and_no_personal_number(enrol):
    subject = x509.load_pem_x509_certificate(enrol("Dövlət Agentliyi", "seal").certificate_pem.encode()).subject
    assert subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    assert not subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)


def test_a_body_with_a_long_name_gets_a_certificate_all_the_same(authority: PilotAuthority):
    subject = Subject(name=LONG_BODY, organisation=LONG_BODY, serial_number="x" * 80, country="AZ")
    enrolled = authority.enrol(subject, at=CREATED, profile="seal", pin=PIN)
    name = x509.load_pem_x509_certificate(enrolled.certificate_pem.encode()).subject
    (organisation,) = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert len(organisation.value) <= 64
    assert [one.value for one in name.get_attributes_for_oid(FULL_NAME)] == [LONG_BODY]
    assert fitted("a" * 64) == "a" * 64
    assert fitted(LONG_BODY).endswith(" Vətəndaşlara…")


def test_a_long_cyrillic_name_stands_whole_in_the_certificate(authority: PilotAuthority):
    # the library counts octets where X.520 counts characters: 35 Kazakh letters would be refused
    name = "Құрманғалиұлы Серікболсын Нұрсұлтанұлы"
    subject = Subject(name=name, organisation="Әкімдік", serial_number="KZ-1", country="KZ")
    parsed = x509.load_pem_x509_certificate(
        authority.enrol(subject, at=CREATED, pin=PIN).certificate_pem.encode()
    ).subject
    (common,) = parsed.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert common.value == "Құрманғалиұлы Серікболсын…"
    assert [one.value for one in parsed.get_attributes_for_oid(FULL_NAME)] == [name]


def test_the_keys_lie_encrypted_in_files_only_the_owner_reads(authority: PilotAuthority):
    for role in ("root", "issuing", "tsa"):
        file = authority.directory / f"{role}.p12"
        assert file.stat().st_mode & 0o777 == 0o600
        assert b"PRIVATE KEY" not in file.read_bytes()
    assert not list(authority.directory.glob(".*.new"))


def test_a_wrong_passphrase_is_told_when_the_authority_is_opened(authority: PilotAuthority):
    with pytest.raises(AuthorityUnusable, match="passphrase"):
        PilotAuthority.open(authority.directory, "another passphrase")
    assert PilotAuthority.open(authority.directory, PASSPHRASE).url == authority.url


def test_an_authority_is_never_overwritten(authority: PilotAuthority):
    with pytest.raises(AuthorityUnusable, match="already"):
        PilotAuthority.create(authority.directory, PASSPHRASE, at=CREATED)


def test_a_short_passphrase_leaves_no_authority_behind(tmp_path: Path):
    with pytest.raises(WeakPin):
        PilotAuthority.create(tmp_path / "pki", "short", at=CREATED)
    with pytest.raises(AuthorityUnusable):
        PilotAuthority.open(tmp_path / "pki", "short")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"url": '])
def test_a_damaged_authority_is_told(tmp_path: Path, content: str):
    (tmp_path / "authority.json").write_text(content)
    with pytest.raises(AuthorityUnusable):
        PilotAuthority.open(tmp_path, PASSPHRASE)


def test_an_unknown_profile_is_refused(authority: PilotAuthority):
    with pytest.raises(AuthorityUnusable):
        authority.enrol(Subject(name="x", organisation="y"), at=CREATED, profile="root", pin=PIN)


def test_nobody_is_enrolled_outside_the_authority_s_life(authority: PilotAuthority):
    for at in (CREATED - timedelta(seconds=1), CREATED.replace(year=2041)):
        with pytest.raises(AuthorityUnusable, match="not valid"):
            authority.enrol(Subject(name="x", organisation="y"), at=at, pin=PIN)


def test_a_crl_names_who_was_revoked_when_and_why(pilot: Pilot):
    when = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
    crl = x509.load_der_x509_crl(
        pilot.authority.crl("issuing", [Revoked(pilot.enrolled.serial, when, "keyCompromise")], at=JUDGED)
    )
    (entry,) = crl
    assert (f"{entry.serial_number:x}", entry.revocation_date_utc) == (pilot.enrolled.serial, when)
    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert reason is x509.ReasonFlags.key_compromise
    assert crl.last_update_utc == JUDGED
    assert crl.next_update_utc == JUDGED + timedelta(days=35)
    assert crl.is_signature_valid(certificates(pilot.authority)["issuing"].public_key())


def test_crl_numbers_grow(authority: PilotAuthority):
    def number(at: datetime) -> int:
        crl = x509.load_der_x509_crl(authority.crl(at=at))
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number

    assert number(CREATED) < number(CREATED + timedelta(milliseconds=1)) < number(JUDGED)


def test_an_unknown_reason_is_refused(authority: PilotAuthority):
    with pytest.raises(AuthorityUnusable):
        authority.crl(revoked=[Revoked("1f", CREATED, "bored")], at=JUDGED)


def test_a_leap_day_has_an_anniversary_in_other_years():
    begins, ends = period(datetime(2028, 2, 29, 12, tzinfo=UTC), 5)
    assert (begins.day, ends) == (29, datetime(2033, 2, 28, 11, 59, 59, tzinfo=UTC))


def test_exported_trust_reads_back_as_it_was(authority: PilotAuthority, tmp_path: Path):
    crls = {"issuing": authority.crl(at=JUDGED), "root": authority.crl("root", at=JUDGED)}
    authority.export_trust(tmp_path / "trust", crls)
    names = sorted(file.name for file in (tmp_path / "trust").iterdir())
    assert names == ["issuing.crl", "issuing.pem", "root.crl", "root.pem", "tsa.pem"]
    trust = read_trust(tmp_path / "trust")
    assert set(trust.anchors) == set(authority.anchors().anchors)
    assert set(trust.intermediates) == set(authority.anchors().intermediates)
    assert set(trust.crls) == set(crls.values())


def test_unreadable_trust_is_told_and_the_rest_still_counts(authority: PilotAuthority, tmp_path: Path):
    authority.export_trust(tmp_path, {})
    (tmp_path / "strange.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (tmp_path / "issuing.crl").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("not looked at")
    with pytest.raises(TrustUnreadable):
        read_trust(tmp_path)
    folder = scan_trust(tmp_path)
    assert sorted(problem.file for problem in folder.unreadable) == ["issuing.crl", "strange.pem"]
    assert len(folder.store.anchors) == 1
    with pytest.raises(TrustUnreadable):
        read_trust(tmp_path / "missing")


def test_trust_in_pem_and_der_alike(authority: PilotAuthority, tmp_path: Path):
    from cryptography.hazmat.primitives.serialization import Encoding

    root = authority.anchors().anchors[0]
    (tmp_path / "root.der").write_bytes(root)
    crl = x509.load_der_x509_crl(authority.crl(at=JUDGED))
    (tmp_path / "issuing.crl").write_bytes(crl.public_bytes(Encoding.PEM))
    trust = read_trust(tmp_path)
    assert trust.anchors == (root,)
    assert trust.crls == (crl.public_bytes(Encoding.DER),)


def test_the_settings_beside_the_keys_are_plain(authority: PilotAuthority):
    settings = json.loads((authority.directory / "authority.json").read_text())
    assert settings["created_at"] == CREATED.isoformat()
