"""Signature values that come from a browser or a token."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from signing_pilot import CREATED, OFFICER, Pilot

from signing.algorithms import PrivateKey, ecdsa_der
from signing.certificates import Profile, Subject, facts_of, signer_name
from signing.enrolment import checked_request, require_new_key, subject_name
from signing.errors import NotSignable, RequestRefused
from signing.request import PreparedSignature

PERSON = Subject(name=OFFICER, organisation="Dövlət Agentliyi", serial_number="1234", country="AZ")


def raw(der: bytes, size: int) -> bytes:
    return b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(der))


def test_a_webcrypto_value_signs_a_prepared_document(pilot: Pilot) -> None:
    request = pilot.request(pilot.fielded())
    kept = PreparedSignature.from_json(pilot.signing.prepare(request).to_json())
    value = raw(pilot.key.sign(kept.to_be_signed), 32)
    assert len(value) == 64
    signed = pilot.signing.complete(kept, value)
    assert signed.pdf.startswith(request.pdf)


@pytest.mark.parametrize(("r", "s"), [(1, 1), (0x7F, 0x80), (2**255, 2**248 - 1), (2**256 - 1, 2)])
def test_leading_zeros_and_high_bits_survive(r: int, s: int) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    value = ecdsa_der(key, r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    assert decode_dss_signature(value) == (r, s)
    assert ecdsa_der(key, value) == value, "DER is taken as it is"


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1()])
def test_larger_curves_have_longer_halves(curve: ec.EllipticCurve) -> None:
    size = (curve.key_size + 7) // 8
    value = bytes(size - 1) + b"\1" + bytes(size - 1) + b"\2"
    assert decode_dss_signature(ecdsa_der(ec.generate_private_key(curve).public_key(), value)) == (1, 2)


@pytest.mark.parametrize("value", [b"", b"\x30", bytes(63), bytes(64), bytes(5000), b"\x30\x06\x02\x01\x01\x02\x01"])
def test_no_value_of_another_shape_is_taken(pilot: Pilot, value: bytes) -> None:
    prepared = pilot.signing.prepare(pilot.request(pilot.fielded()))
    with pytest.raises(NotSignable) as refused:
        pilot.signing.complete(prepared, value)
    assert refused.value.rule == "value"


def test_a_value_of_the_right_shape_and_of_another_document_is_refused(pilot: Pilot) -> None:
    request = pilot.request(pilot.fielded())
    prepared = pilot.signing.prepare(request)
    other = pilot.signing.prepare(replace(request, reason="something else"))
    value = raw(pilot.key.sign(other.to_be_signed), 32)
    with pytest.raises(NotSignable) as refused:
        pilot.signing.complete(prepared, value)
    assert refused.value.rule == "value"


def asked_by(key: ec.EllipticCurvePrivateKey, subject: x509.Name, **extra: x509.ExtensionType) -> tuple[bytes, bytes]:
    """CertificationRequestInfo and its raw signature, as the page makes them."""
    builder = x509.CertificateSigningRequestBuilder(subject)
    for extension in extra.values():
        builder = builder.add_extension(extension, critical=False)
    request = builder.sign(key, hashes.SHA256())
    return request.tbs_certrequest_bytes, raw(request.signature, 32)


def test_a_request_made_in_the_page_is_put_together_and_granted(pilot: Pilot) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = signer_name(PERSON, Profile.OFFICER)
    assert subject_name(PERSON) == name.public_bytes()
    checked = checked_request(*asked_by(key, name), PERSON)
    assert x509.load_pem_x509_csr(checked.pem.encode()).is_signature_valid
    issued = pilot.authority.certify(PERSON, checked.public_key, at=CREATED)
    assert x509.load_der_x509_certificate(issued.certificate).public_key() == key.public_key()
    assert facts_of(issued.certificate).subject.startswith("CN=Əliyev")


def test_nobody_asks_for_another_persons_certificate_or_for_more_rights(pilot: Pilot) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    somebody = signer_name(replace(PERSON, serial_number="another"), Profile.OFFICER)
    name = signer_name(PERSON, Profile.OFFICER)
    authority = x509.BasicConstraints(ca=True, path_length=None)
    for rule, (info, value) in (
        ("subject", asked_by(key, somebody)),
        ("shape", asked_by(key, name, constraints=authority)),
        ("possession", (asked_by(key, name)[0], asked_by(ec.generate_private_key(ec.SECP256R1()), name)[1])),
        ("shape", (b"", b"")),
        ("shape", (b"\x30\x03\x02\x01\x00", bytes(64))),
        ("shape", (bytes(20_000), bytes(64))),
    ):
        with pytest.raises(RequestRefused) as refused:
            checked_request(info, value, PERSON)
        assert refused.value.rule == rule


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP521R1())])
def test_a_new_key_is_of_an_allowed_kind(key: PrivateKey) -> None:
    with pytest.raises(RequestRefused) as refused:
        require_new_key(key.public_key())
    assert refused.value.rule == "key"
