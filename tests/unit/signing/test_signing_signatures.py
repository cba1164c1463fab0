"""Making signatures: fields, the prepared state, the CMS, the product's own gate, levels."""

import hashlib
import json
import logging
import random
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core
from asn1crypto import tsp as asn1_tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import read_certification_data
from signing_pilot import CREATED, JUDGED, OFFICER, SIGNED, Pilot, SetClock, document

from signing import der, pades
from signing.algorithms import digest_identifier
from signing.authority import Revoked
from signing.certificates import Certified, Issuer, Profile, Subject, issue, signer_name
from signing.cms import der_of, load_certificate, signer_of
from signing.errors import (
    CertificateRevoked,
    CertificateUnusable,
    DocumentLocked,
    DocumentUnusable,
    FieldUnavailable,
    LevelNotOffered,
    NotSignable,
    OutsideValidity,
    PreparedStateInvalid,
    RoomTooSmall,
    TimestampFailed,
)
from signing.keys.software import SoftwareKey
from signing.request import PreparedSignature, SignatureLevel
from signing.service import Signing
from signing.structure import open_pdf, read_attachment
from signing.timestamp import Timestamper, request_token
from signing.trust import TrustStore


class Silent:
    """A time-stamping authority that does not answer."""

    def respond(self, request: bytes) -> bytes:
        raise TimeoutError("no answer within 5 s")


class Answering:
    """A time-stamping authority that answers with what it was given."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def respond(self, request: bytes) -> bytes:
        return self.answer


def own_key(pilot: Pilot, kind: str, profile: Profile = Profile.OFFICER) -> SoftwareKey:
    """A key of another kind, certified by the same issuing CA."""
    key = {
        "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    }[kind]()
    authority = pilot.authority
    issuer = Issuer(load_certificate(authority.issuing.certificate), authority.issuing.private_key)
    name = signer_name(Subject(name=OFFICER, organisation="Agentlik"), profile)
    certificate = issue(Certified(name, key.public_key(), profile, CREATED), issuer)
    return SoftwareKey(der_of(certificate), (authority.issuing.certificate, *authority.issuing.chain), key)


def cms_of(pdf: bytes) -> asn1_cms.SignedData:
    reader = open_pdf(pdf)
    return reader.embedded_regular_signatures[-1].signed_data


# --- fields


def test_what_is_appended_begins_on_a_line_of_its_own(pilot: Pilot):
    """PDF/A-3, 6.1.9: typst ends its files without a line's end, and an object of pyHanko's followed at once."""
    assert document("Signature1").endswith(b"%%EOF")
    raised = pilot.signing.raise_level(pilot.signed(level=SignatureLevel.B_B).pdf, SignatureLevel.B_T).pdf
    assert re.search(rb"%%EOF[^\r\n]", raised) is None


def test_fields_are_invisible_printable_and_only_appended(pilot: Pilot):
    pdf = document("Signature1", "Signature2")
    fielded = pilot.signing.allot_fields(pdf, ["Signature1", "Signature2"])
    assert fielded.startswith(pdf)
    fields = {name: reference.get_object() for name, _, reference in enumerate_sig_fields(open_pdf(fielded))}
    assert list(fields) == ["Signature1", "Signature2"]
    for field in fields.values():
        assert list(field["/Rect"]) == [0, 0, 0, 0]
        print_flag, hidden_flag = 4, 2
        assert int(field["/F"]) & print_flag
        assert not int(field["/F"]) & hidden_flag


def test_a_field_name_is_taken_once(pilot: Pilot):
    with pytest.raises(FieldUnavailable):
        pilot.signing.allot_fields(pilot.fielded(), ["Signature1"])
    with pytest.raises(FieldUnavailable):
        pilot.signing.allot_fields(document(), ["A", "A"])


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7", b"%PDF-1.7\n%%EOF\n", document()[:-2000]])
def test_what_is_no_pdf_is_not_signed(pilot: Pilot, data: bytes):
    with pytest.raises(DocumentUnusable):
        pilot.signing.allot_fields(data, ["Signature1"])
    with pytest.raises(DocumentUnusable):
        pilot.signing.prepare(pilot.request(data))
    with pytest.raises(DocumentUnusable):
        pilot.signing.raise_level(data, SignatureLevel.B_T)


def test_metadata_keep_the_office_s_time(pilot: Pilot):
    # pyHanko writes the computer's time and its own name into XMP at every revision
    signed = pilot.signed()
    raised = pilot.signing.raise_level(pilot.signed(level=SignatureLevel.B_B).pdf, SignatureLevel.B_T)
    for pdf in (signed.pdf, raised.pdf):
        assert b"pyHanko" not in pdf
        for entry in (b"ModDate", b"<x:xmpmeta"):
            assert pdf.count(entry) == document("Signature1").count(entry)


# --- one signature


def test_the_rendered_document_is_the_beginning_of_the_signed_one(pilot: Pilot):
    fielded = pilot.fielded()
    signed = pilot.signed(fielded)
    assert signed.pdf.startswith(fielded)
    assert signed.sha256 == hashlib.sha256(signed.pdf).hexdigest()
    assert signed.bytes == len(signed.pdf)
    assert signed.certificate_serial == pilot.enrolled.serial
    assert (signed.level, signed.claimed_at) == ("B-T", SIGNED)
    assert signed.proven_at is not None


def test_the_signature_dictionary_says_who_why_where_and_when(pilot: Pilot):
    (signature,) = open_pdf(pilot.signed().pdf).embedded_regular_signatures
    entries = signature.sig_object
    assert str(entries["/SubFilter"]) == "/ETSI.CAdES.detached"
    assert str(entries["/Name"]) == "Əliyev Şükür İsmayıl oğlu"
    assert str(entries["/Reason"]) == "Qəbul edildi, səlahiyyət: operator"
    assert str(entries["/Location"]) == "Bakı"
    assert str(entries["/M"]) == "D:20260319103015Z"


def test_a_lone_signature_certifies_against_any_change(pilot: Pilot):
    certification = read_certification_data(open_pdf(pilot.signed().pdf))
    assert certification.permission == MDPPerm.NO_CHANGES


def test_the_cms_carries_what_cades_asks_for_and_no_signing_time(pilot: Pilot):
    signed_data = cms_of(pilot.signed().pdf)
    (signer_info,) = signed_data["signer_infos"]
    signed = [attribute["type"].native for attribute in signer_info["signed_attrs"]]
    assert sorted(signed) == ["cms_algorithm_protection", "content_type", "message_digest", "signing_certificate_v2"]
    unsigned = [attribute["type"].native for attribute in signer_info["unsigned_attrs"]]
    assert unsigned == ["signature_time_stamp_token"]
    # the signer and the issuing CA; a root proves nothing by being carried along
    assert len(signed_data["certificates"]) == 2


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "p521"])
def test_rsa_and_every_curve_sign_and_validate(pilot: Pilot, kind: str):
    key = own_key(pilot, kind)
    signed = pilot.signing.sign(pilot.request(pilot.fielded(), certificate=key.certificate, chain=key.chain), key)
    report = pilot.signing.validate(signed.pdf, pilot.trust(), at=JUDGED)
    assert report.verdict == "TOTAL-PASSED", report.findings


def test_a_weak_rsa_key_does_not_sign(pilot: Pilot):
    issuer = Issuer(load_certificate(pilot.authority.issuing.certificate), pilot.authority.issuing.private_key)
    key = rsa.generate_private_key(65537, 1024)
    name = signer_name(Subject(name="Weak", organisation="x"), Profile.OFFICER)
    weak = der_of(issue(Certified(name, key.public_key(), Profile.OFFICER, CREATED), issuer))
    with pytest.raises(CertificateUnusable):
        pilot.signing.prepare(pilot.request(pilot.fielded(), certificate=weak, chain=()))
    with pytest.raises(CertificateUnusable):
        pilot.signing.prepare(pilot.request(pilot.fielded(), certificate=b"no certificate", chain=()))


def test_a_signer_is_parsed_once(pilot: Pilot):
    assert signer_of(pilot.key.certificate, pilot.key.chain) is signer_of(pilot.key.certificate, pilot.key.chain)


# --- prepared elsewhere, completed later


def test_the_prepared_state_is_plain_json_that_another_process_completes(pilot: Pilot):
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    text = json.dumps(prepared.to_json())
    again = PreparedSignature.from_json(json.loads(text))
    assert again == prepared
    signature = pilot.key.sign(again.to_be_signed)
    completed = Signing(clock=pilot.clock).complete(again, signature)
    report = pilot.signing.validate(completed.pdf, pilot.trust(), at=JUDGED)
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-B")


@pytest.mark.parametrize(
    "damage",
    [
        {"format": 0},
        {"pdf": "%%%"},
        {"digest": "xyz"},
        {"reserved": [1]},
        {"level": "B-Z"},
        {"claimed_at": "yesterday"},
        {"chain": 5},
    ],
)
def test_a_damaged_prepared_state_is_refused(pilot: Pilot, damage: dict):
    state = pilot.signing.prepare(pilot.request(pilot.fielded())).to_json()
    with pytest.raises(PreparedStateInvalid):
        PreparedSignature.from_json(state | damage)
    with pytest.raises(PreparedStateInvalid):
        PreparedSignature.from_json({})


# --- the gate before embedding


def refused(pilot: Pilot, prepared: PreparedSignature, signature: bytes | None = None) -> str:
    with pytest.raises(NotSignable) as refusal:
        pilot.signing.complete(prepared, signature or pilot.key.sign(prepared.to_be_signed))
    return refusal.value.rule


def changed(prepared: PreparedSignature, **parts) -> PreparedSignature:
    return PreparedSignature(**{name: getattr(prepared, name) for name in prepared.__dataclass_fields__} | parts)


def test_a_wrong_value_is_never_embedded(pilot: Pilot, opened):
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    other = opened("Məmmədova Aygün", "officer")
    assert refused(pilot, prepared, other.sign(prepared.to_be_signed)) == "value"
    assert refused(pilot, prepared, b"\x30\x06\x02\x01\x01\x02\x01\x01") == "value"
    assert refused(pilot, prepared, b"garbage") == "value"


def test_a_document_changed_while_it_waited_is_never_signed(pilot: Pilot):
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    position = prepared.pdf.index(b"/Type /Catalog")
    swapped = prepared.pdf[:position] + b"/Type /Catalig" + prepared.pdf[position + 14 :]
    assert refused(pilot, changed(prepared, pdf=swapped)) == "digest"


def test_attributes_of_another_document_are_refused(pilot: Pilot):
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    other = pilot.signing.prepare(pilot.request(pilot.fielded(paragraphs=2)))
    mixed = changed(prepared, to_be_signed=other.to_be_signed)
    assert refused(pilot, mixed, pilot.key.sign(other.to_be_signed)) == "certificate"


def test_the_key_of_another_certificate_is_refused(pilot: Pilot, opened):
    other = opened("Məmmədova Aygün", "officer")
    with pytest.raises(NotSignable, match="certificate"):
        pilot.signing.sign(pilot.request(pilot.fielded()), other)


def test_an_expired_or_not_yet_valid_certificate_does_not_sign(pilot: Pilot):
    for moment in (datetime(2031, 6, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)):
        pilot.clock.now = moment
        with pytest.raises(OutsideValidity):
            pilot.signed()


def office(pilot: Pilot, trust: TrustStore) -> Signing:
    return Signing(clock=pilot.clock, timestamper=pilot.authority.timestamper(pilot.clock), trust=lambda: trust)


def test_a_certificate_known_to_be_revoked_does_not_sign(pilot: Pilot):
    revoked = Revoked(pilot.enrolled.serial, SIGNED - timedelta(days=1))
    with pytest.raises(CertificateRevoked):
        office(pilot, pilot.trust(revoked, at=SIGNED)).sign(pilot.request(pilot.fielded()), pilot.key)
    other = Revoked("1f", SIGNED - timedelta(days=1))
    office(pilot, pilot.trust(other, at=SIGNED)).sign(pilot.request(pilot.fielded()), pilot.key)


def test_a_crl_somebody_else_signed_revokes_nobody(pilot: Pilot):
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = load_certificate(pilot.authority.issuing.certificate).subject
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(int(pilot.enrolled.serial, 16))
        .revocation_date(SIGNED - timedelta(days=1))
        .build()
    )
    forged = (
        x509.CertificateRevocationListBuilder(issuer, SIGNED, SIGNED + timedelta(days=1))
        .add_revoked_certificate(entry)
        .sign(key, signer_of(pilot.key.certificate).mechanism.hash())
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    trust = pilot.authority.trust([forged.public_bytes(Encoding.DER), b"no CRL"])
    assert office(pilot, trust).sign(pilot.request(pilot.fielded()), pilot.key).level == "B-T"


def test_a_chain_that_ends_at_nobody_we_trust_does_not_sign(pilot: Pilot):
    for trust in (TrustStore(), TrustStore(intermediates=pilot.authority.anchors().intermediates)):
        with pytest.raises(NotSignable) as refusal:
            office(pilot, trust).sign(pilot.request(pilot.fielded()), pilot.key)
        assert refusal.value.rule == "chain"


def test_an_officer_s_certificate_cannot_issue_another(pilot: Pilot):
    issuer = Issuer(load_certificate(pilot.key.certificate), pilot.key.private_key)
    key = ec.generate_private_key(ec.SECP256R1())
    name = signer_name(Subject(name="Nobody", organisation="x"), Profile.OFFICER)
    certificate = der_of(issue(Certified(name, key.public_key(), Profile.OFFICER, CREATED), issuer))
    rogue = SoftwareKey(certificate, (pilot.key.certificate, *pilot.key.chain), key)
    request = pilot.request(pilot.fielded(), certificate=rogue.certificate, chain=rogue.chain)
    with pytest.raises(NotSignable) as refusal:
        office(pilot, pilot.trust(at=SIGNED)).sign(request, rogue)
    assert refusal.value.rule == "chain"


def test_a_certificate_for_timestamps_does_not_sign_documents(pilot: Pilot):
    key = own_key(pilot, "p256", Profile.TSA)
    request = pilot.request(pilot.fielded(), certificate=key.certificate, chain=key.chain)
    with pytest.raises(NotSignable) as refusal:
        pilot.signing.sign(request, key)
    assert refusal.value.rule == "usage"


# --- locks


def test_nobody_signs_after_a_lock(pilot: Pilot):
    # pyHanko's embedder would
    pdf = pilot.signed(pilot.fielded("Signature1", "Signature2")).pdf
    with pytest.raises(DocumentLocked):
        pilot.signed(pdf, field="Signature2", certify=False)


def test_a_certification_comes_first(pilot: Pilot):
    pdf = pilot.signed(pilot.fielded("Signature1", "Signature2"), certify=False).pdf
    with pytest.raises(DocumentLocked):
        pilot.signed(pdf, field="Signature2", certify=True)
    both = pilot.signed(pdf, field="Signature2", certify=False)
    assert both.pdf.startswith(pdf)
    report = pilot.signing.validate(both.pdf, pilot.trust(), at=JUDGED)
    assert (report.verdict, len(report.signatures)) == ("TOTAL-PASSED", 2), report.findings


def test_a_field_is_signed_once_and_must_exist(pilot: Pilot):
    pdf = pilot.signed(certify=False).pdf
    with pytest.raises(FieldUnavailable, match="signed already"):
        pilot.signed(pdf, certify=False)
    with pytest.raises(FieldUnavailable, match="does not exist"):
        pilot.signed(pilot.fielded(), field="Elsewhere")
    with pytest.raises(FieldUnavailable):
        pilot.signed(document())


# --- timestamps and levels


def test_a_silent_authority_costs_a_level_never_the_signature(pilot: Pilot):
    signed = Signing(clock=pilot.clock, timestamper=Silent()).sign(pilot.request(pilot.fielded()), pilot.key)
    assert (signed.level, signed.proven_at) == ("B-B", None)
    report = pilot.signing.validate(signed.pdf, pilot.trust(), at=JUDGED)
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-B")


def test_a_token_larger_than_any_before_costs_a_level_once_and_cuts_nothing(pilot: Pilot):
    signing = Signing(clock=pilot.clock, timestamper=pilot.authority.timestamper(pilot.clock))
    signing._largest_token = 100  # as of an authority that used to send no certificates
    first, second = (signing.sign(pilot.request(pilot.fielded()), pilot.key) for _ in range(2))
    assert (first.level, second.level) == ("B-B", "B-T")
    signing._largest_token = 100
    raised = signing.raise_level(first.pdf, SignatureLevel.B_T)
    for one in (first, second, raised):
        assert pilot.signing.validate(one.pdf, pilot.trust(), at=JUDGED).verdict == "TOTAL-PASSED"
    assert raised.level == "B-T"


def test_a_signature_larger_than_its_room_is_refused_not_cut(pilot: Pilot):
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    place = pades.Placeholder(prepared.pdf, prepared.digest, prepared.reserved)
    start, end = prepared.reserved
    room = (end - start - 2) // 2
    assert len(place.filled(bytes(room))) == len(prepared.pdf)
    with pytest.raises(RoomTooSmall, match=f"needs {2 * room + 2} digits, {2 * room} were kept"):
        place.filled(bytes(room + 1))


def test_an_authority_that_lies_is_not_believed(pilot: Pilot):
    true = pilot.authority.timestamper(pilot.clock)
    digest = hashlib.sha256(b"signature").digest()
    imprint = der.sequence(digest_identifier("sha256"), der.octets(digest))
    old = true.respond(der.sequence(der.integer(1), imprint))
    liars = {
        "replayed": Answering(old),
        "future": pilot.authority.timestamper(SetClock(SIGNED + timedelta(days=30))),
        "past": pilot.authority.timestamper(SetClock(SIGNED - timedelta(days=30))),
        "garbage": Answering(b"\x30\x00"),
        "empty": Answering(b""),
        "refusal": Answering(true.respond(b"what?")),
        "outside validity": pilot.authority.timestamper(SetClock(CREATED - timedelta(days=1))),
    }
    for lie, timestamper in liars.items():
        with pytest.raises(TimestampFailed):
            request_token(timestamper, digest, at=SIGNED)
        signed = Signing(clock=pilot.clock, timestamper=timestamper).sign(pilot.request(pilot.fielded()), pilot.key)
        assert signed.level == "B-B", lie


def test_a_token_signed_by_somebody_who_is_no_authority_is_not_believed(pilot: Pilot):
    from signing.tsa import PilotTimestamper

    with pytest.raises(TimestampFailed, match="not one of a time-stamping authority"):
        request_token(PilotTimestamper(pilot.key, pilot.clock), bytes(32), at=SIGNED)


def test_every_bit_of_a_token_counts(pilot: Pilot):
    class Altering:
        def __init__(self, position: int) -> None:
            self.position = position

        def respond(self, request: bytes) -> bytes:
            answer = bytearray(pilot.authority.timestamper(pilot.clock).respond(request))
            # only what is signed or is the signature: the certificates carried along are checked elsewhere
            start = answer.index(bytes(der.oid("1.2.840.113549.1.9.16.1.4"))) + 13
            answer[start + self.position] ^= 1
            return bytes(answer)

    for position in random.Random(7).sample(range(140), 40):
        with pytest.raises(TimestampFailed):
            request_token(Altering(position), bytes(32), at=SIGNED)


def test_the_authority_answers_as_rfc_3161_says(pilot: Pilot):
    timestamper = pilot.authority.timestamper(SetClock(SIGNED.replace(microsecond=250_000)))
    request = asn1_tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": bytes(64)},
            "nonce": 77,
            "cert_req": True,
        }
    )
    answer = asn1_tsp.TimeStampResp.load(timestamper.respond(request.dump()))
    assert answer["status"]["status"].native == "granted"
    info = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["nonce"].native == 77
    assert info["gen_time"].native == SIGNED.replace(microsecond=250_000)
    assert info["message_imprint"].native == request["message_imprint"].native

    request["message_imprint"] = {"hash_algorithm": {"algorithm": "md5"}, "hashed_message": bytes(16)}
    assert refusal_of(timestamper, request) == {"bad_alg"}
    request["message_imprint"] = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(16)}
    assert refusal_of(timestamper, request) == {"bad_data_format"}


def refusal_of(timestamper: Timestamper, request: asn1_tsp.TimeStampReq) -> set[str]:
    (status,) = core.SequenceOf.load(timestamper.respond(request.dump()), spec=asn1_tsp.PKIStatusInfo)
    assert status["status"].native == "rejection"
    return status["fail_info"].native


def test_the_level_rises_by_appending_only(pilot: Pilot):
    silent = Signing(clock=pilot.clock, timestamper=Silent())
    signed = silent.sign(pilot.request(pilot.fielded()), pilot.key)
    with pytest.raises(TimestampFailed):
        silent.raise_level(signed.pdf, SignatureLevel.B_T)
    pilot.clock.now = SIGNED + timedelta(hours=3)
    raised = pilot.signing.raise_level(signed.pdf, SignatureLevel.B_T)
    assert raised.pdf.startswith(signed.pdf)
    assert (raised.level, raised.claimed_at, raised.proven_at) == ("B-T", SIGNED, SIGNED + timedelta(hours=3))
    assert raised.certificate_serial == signed.certificate_serial
    report = pilot.signing.validate(raised.pdf, pilot.trust(), at=JUDGED)
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-T"), report.findings
    assert report.signatures[0].proven_at == SIGNED + timedelta(hours=3)


def test_a_level_that_is_reached_is_left_alone(pilot: Pilot):
    signed = pilot.signed()
    assert pilot.signing.raise_level(signed.pdf, SignatureLevel.B_T).pdf == signed.pdf
    assert pilot.signing.raise_level(signed.pdf, SignatureLevel.B_B).pdf == signed.pdf
    with pytest.raises(LevelNotOffered):
        pilot.signing.raise_level(signed.pdf, SignatureLevel.B_LTA)


def test_an_unsigned_document_has_no_level_to_raise(pilot: Pilot):
    with pytest.raises(DocumentUnusable):
        pilot.signing.raise_level(pilot.fielded(), SignatureLevel.B_T)


def test_every_earlier_prefix_keeps_its_hash(pilot: Pilot):
    states = [document("Signature1", "Signature2")]
    states.append(pilot.signing.allot_fields(states[-1], ["Signature1", "Signature2"]))
    states.append(pilot.signed(states[-1], certify=False, level=SignatureLevel.B_B).pdf)
    states.append(pilot.signing.raise_level(states[-1], SignatureLevel.B_T).pdf)
    states.append(pilot.signed(states[-1], certify=False, field="Signature2").pdf)
    for earlier, later in pairwise(states):
        assert hashlib.sha256(later[: len(earlier)]).digest() == hashlib.sha256(earlier).digest()
    report = pilot.signing.validate(states[-1], pilot.trust(), at=JUDGED)
    assert (report.verdict, report.level) == ("TOTAL-PASSED", "B-T"), report.findings


def test_attachments_are_read_from_the_document():
    step = '{"expected_signatures":[]}'
    pdf = document(step=step)
    assert read_attachment(pdf, "step.json") == step.encode()
    assert read_attachment(pdf, "other.json") is None
    assert read_attachment(document(step=None), "step.json") is None
    with pytest.raises(DocumentUnusable):
        read_attachment(b"hello", "step.json")


def test_nothing_of_the_library_s_warnings_reaches_a_terminal(pilot: Pilot, capfd: pytest.CaptureFixture[str]):
    logging.lastResort.setLevel(logging.WARNING)
    pilot.signing.validate(pilot.signed().pdf, TrustStore(), at=JUDGED)
    assert "Traceback" not in capfd.readouterr().err
