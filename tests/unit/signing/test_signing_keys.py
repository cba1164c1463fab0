"""Keys under a PIN, and under the server's key once more."""

import os
import unicodedata

import pytest
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import load_der_x509_certificate
from signing_pilot import PIN, Pilot

from signing.errors import KeyUnreadable, WeakPin, WrongPin
from signing.keys import KeyEntry
from signing.keys.pkcs12 import KDF_ROUNDS, Pkcs12Store, create_pkcs12, open_pkcs12, unwrap, wrap


def test_the_pin_opens_the_key_and_another_does_not(pilot: Pilot):
    key = open_pkcs12(pilot.enrolled.pkcs12, PIN)
    assert key.certificate == pilot.key.certificate
    assert len(key.chain) == 2
    decomposed = unicodedata.normalize("NFD", PIN)
    assert decomposed != PIN
    assert open_pkcs12(pilot.enrolled.pkcs12, decomposed).certificate == key.certificate
    for wrong in (PIN[:-1], PIN.upper(), "", PIN + "\x00", "\x00"):
        with pytest.raises(WrongPin):
            open_pkcs12(pilot.enrolled.pkcs12, wrong)


def test_a_short_pin_is_refused(pilot: Pilot):
    certificate = load_der_x509_certificate(pilot.key.certificate)
    with pytest.raises(WeakPin):
        create_pkcs12(pilot.key.private_key, certificate, (), "1234567")


def test_key_and_certificates_are_under_pbes2_with_enough_rounds(pilot: Pilot):
    container = asn1_pkcs12.Pfx.load(pilot.enrolled.pkcs12)
    algorithms = []
    for part in container.authenticated_safe:
        if part["content_type"].native == "encrypted_data":
            algorithms.append(part["content"]["encrypted_content_info"]["content_encryption_algorithm"])
        else:
            bags = asn1_pkcs12.SafeContents.load(part["content"].native)
            algorithms += [bag["bag_value"]["encryption_algorithm"] for bag in bags]
    assert len(algorithms) == 2
    for algorithm in algorithms:
        parameters = algorithm["parameters"]
        assert algorithm["algorithm"].native == "pbes2"
        assert parameters["encryption_scheme"]["algorithm"].native == "aes256_cbc"
        derivation = parameters["key_derivation_func"]["parameters"]
        assert derivation["prf"]["algorithm"].native == "sha256"
        assert derivation["iteration_count"].native == KDF_ROUNDS >= 310_000


def test_there_is_no_cheaper_way_to_try_a_pin_than_the_key_itself(pilot: Pilot):
    # the library's MAC has 2,048 rounds, which would let a thief try PINs 150 times as fast
    assert asn1_pkcs12.Pfx.load(pilot.enrolled.pkcs12)["mac_data"].native is None


def test_openssl_opens_the_container(pilot: Pilot, tool):
    file = tool.folder / "officer.p12"
    file.write_bytes(pilot.enrolled.pkcs12)
    answer = tool("openssl", "pkcs12", "-in", str(file), "-passin", f"pass:{PIN}", "-nodes")
    assert answer.count("BEGIN CERTIFICATE") == 3
    assert "BEGIN PRIVATE KEY" in answer


@pytest.mark.parametrize("data", [b"", b"hello", b"\x30\x03\x02\x01\x03", os.urandom(200)])
def test_what_is_no_container_is_told_apart_from_a_wrong_pin(data):
    with pytest.raises(KeyUnreadable):
        open_pkcs12(data, PIN)


def test_a_container_without_a_certificate_is_no_signing_key(pilot: Pilot):
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    lonely = pkcs12.serialize_key_and_certificates(
        b"", pilot.key.private_key, None, None, BestAvailableEncryption(PIN.encode())
    )
    with pytest.raises(KeyUnreadable):
        open_pkcs12(lonely, PIN)


def test_the_server_wraps_and_unwraps(pilot: Pilot):
    server, other = os.urandom(32), os.urandom(32)
    wrapped = wrap(pilot.enrolled.pkcs12, server)
    assert pilot.enrolled.pkcs12 not in wrapped
    assert wrap(pilot.enrolled.pkcs12, server) != wrapped
    assert unwrap(wrapped, server) == pilot.enrolled.pkcs12
    for damaged in (wrapped[:-1], wrapped[:20] + bytes((wrapped[20] ^ 1,)) + wrapped[21:], b"", b"\x02" + wrapped[1:]):
        with pytest.raises(KeyUnreadable):
            unwrap(damaged, server)
    with pytest.raises(KeyUnreadable):
        unwrap(wrapped, other)


def test_a_server_kept_container_is_no_sole_control(pilot: Pilot):
    store = Pkcs12Store()
    assert (store.kind.name, store.sole_control) == ("pkcs12", False)
    entry = KeyEntry(certificate=pilot.key.certificate, container=pilot.enrolled.pkcs12)
    with store.open(entry, PIN) as key:
        assert key.certificate == pilot.key.certificate
    with pytest.raises(WrongPin), store.open(entry, "another PIN"):
        pass


def test_an_rsa_key_of_an_own_authority_works_too(pilot: Pilot):
    key = rsa.generate_private_key(65537, 2048)
    certificate = load_der_x509_certificate(pilot.key.certificate)
    opened = open_pkcs12(create_pkcs12(pilot.key.private_key, certificate, (), PIN), PIN)
    assert isinstance(opened.private_key, ec.EllipticCurvePrivateKey)
    assert len(type(opened)(b"", (), key).sign(b"x")) == 256


def test_a_key_says_nothing_of_itself(pilot: Pilot):
    assert "private_key" not in repr(pilot.key)
    assert "pkcs12" not in repr(pilot.enrolled)
