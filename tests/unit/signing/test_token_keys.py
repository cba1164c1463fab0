"""Keys in a token (SoftHSM2): RSA and EC, signed inside, refused plainly."""

from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from signing_pilot import JUDGED, Pilot
from softhsm import TOKEN_PIN, SoftHsm

from signing.algorithms import ecdsa_der, public_key_of, require_signature
from signing.cms import load_certificate
from signing.errors import StoreFailed, WrongPin
from signing.keys import KeyEntry
from signing.keys.pkcs11 import Pkcs11Store
from signing.report import Verdict


def entry_of(token: SoftHsm, kind: type) -> KeyEntry:
    entries = token.store.listed(TOKEN_PIN, serial=token.serial)
    found = next(one for one in entries if isinstance(public_key_of(load_certificate(one.certificate)), kind))
    return replace(found, chain=token.chain)


@pytest.mark.parametrize("kind", [rsa.RSAPublicKey, ec.EllipticCurvePublicKey])
def test_a_token_signs_a_document_and_keeps_its_key(pilot: Pilot, softhsm: SoftHsm, kind: type):
    entry = entry_of(softhsm, kind)
    with softhsm.store.open(entry, TOKEN_PIN) as key:
        signed = pilot.signing.sign(pilot.request(pilot.fielded(), certificate=key.certificate, chain=key.chain), key)
    report = pilot.signing.validate(signed.pdf, pilot.trust(), at=JUDGED)
    assert report.verdict is Verdict.TOTAL_PASSED, report.findings


def test_what_may_be_enrolled_is_listed_with_its_reference(softhsm: SoftHsm):
    entries = softhsm.store.listed(TOKEN_PIN, serial=softhsm.serial)
    assert sorted(one.reference for one in entries) == [f"{softhsm.serial}/a1", f"{softhsm.serial}/b2"]


def test_a_wrong_pin_is_a_wrong_pin_and_opens_nothing_for_others(softhsm: SoftHsm):
    entry = entry_of(softhsm, rsa.RSAPublicKey)
    outcomes: list[object] = []

    def try_wrong() -> None:
        try:
            with softhsm.store.open(entry, "000000"):
                outcomes.append("opened")
        except WrongPin as error:
            outcomes.append(error)

    with softhsm.store.open(entry, TOKEN_PIN) as key:
        # login belongs to the process: without one session at a time the wrong PIN would sign
        other = Thread(target=try_wrong)
        other.start()
        assert key.sign(b"data")
    other.join(timeout=20)
    assert [type(one) for one in outcomes] == [WrongPin]


def test_a_missing_key_token_and_module_are_told_apart(softhsm: SoftHsm):
    entry = entry_of(softhsm, rsa.RSAPublicKey)
    gone = replace(softhsm.store, module=Path("/nowhere/libhsm.so"))
    cases = [
        (softhsm.store, replace(entry, reference=f"{softhsm.serial}/ff"), "no such key; enrol"),
        (softhsm.store, replace(entry, reference="00ff/a1"), "no such token is there; connect the device"),
        (gone, entry, r"key store hsm \(/nowhere/libhsm.so\): there is no such file; install"),
    ]
    for store, wanted, message in cases:
        with pytest.raises(StoreFailed, match=message), store.open(wanted, TOKEN_PIN):
            pass
    assert "there is no such file" in gone.check()[0]
    assert softhsm.store.check() == []


def test_a_file_that_is_no_module_is_told(tmp_path: Path, softhsm: SoftHsm):
    file = tmp_path / "lib.so"
    file.write_bytes(b"not a library")
    assert "the device answers" in Pkcs11Store(name="odd", module=file).check()[0]


def test_without_the_extra_it_says_what_to_install(softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "pkcs11", None)
    assert "the extra pkcs11" in softhsm.store.check()[0]


def test_raw_ecdsa_values_become_der():
    for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()):
        key = ec.generate_private_key(curve)
        from signing.algorithms import sign_with

        value = sign_with(key, b"data")
        half = (curve.key_size + 7) // 8
        raw = b"".join(part.to_bytes(half) for part in decode_dss_signature(value))
        assert ecdsa_der(key.public_key(), raw) == value == ecdsa_der(key.public_key(), value)
        require_signature(key.public_key(), ecdsa_der(key.public_key(), raw), b"data")


def test_neither_pin_nor_key_shows(softhsm: SoftHsm):
    with softhsm.store.open(entry_of(softhsm, rsa.RSAPublicKey), TOKEN_PIN) as key:
        assert TOKEN_PIN not in repr(key)
