"""Policy as data: every refusal names its rule, office and task each make it stricter, never laxer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from signing_pilot import OFFICER, SIGNED, Pilot

from signing.algorithms import ACCEPTABLE, acceptance_of, label_of, require_acceptable
from signing.errors import NotSignable
from signing.keys import KINDS
from signing.policy import RULES, Candidate, Matched, OfficePolicy, TaskPolicy, matched, require_policy


def issued(**subject: str) -> bytes:
    """A self-signed certificate with this subject."""
    key = ec.generate_private_key(ec.SECP256R1())
    kinds = {
        "name": NameOID.COMMON_NAME,
        "number": NameOID.SERIAL_NUMBER,
        "surname": NameOID.SURNAME,
        "given": NameOID.GIVEN_NAME,
    }
    name = x509.Name([x509.NameAttribute(kinds[kind], text) for kind, text in subject.items()])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, SIGNED - timedelta(1), SIGNED + timedelta(9))
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture
def candidate(pilot: Pilot) -> Candidate:
    return Candidate(
        certificate=pilot.key.certificate, key_store="browser", sole_control=True, matched_by=Matched.ISSUED
    )


def test_what_fits_may_sign(candidate: Candidate):
    require_policy(candidate, TaskPolicy(), OfficePolicy(), at=SIGNED)


Refusal = tuple[Callable[[Candidate], Candidate], TaskPolicy, OfficePolicy, datetime, str]
SAME: Callable[[Candidate], Candidate] = lambda one: one  # noqa: E731 - a row of the table below
SERVER_KEPT: Callable[[Candidate], Candidate] = lambda one: replace(one, key_store="pkcs12", sole_control=False)  # noqa: E731
REFUSALS: dict[str, Refusal] = {
    "a store the task does not take": (
        SAME, TaskPolicy(key_stores=frozenset({"pkcs11"})), OfficePolicy(), SIGNED, "key-store"
    ),
    "a store the office does not take": (
        SAME, TaskPolicy(), OfficePolicy(key_stores=frozenset({"pkcs11"})), SIGNED, "key-store"
    ),
    "no store both take": (
        SAME, TaskPolicy(key_stores=frozenset({"csc"})), OfficePolicy(key_stores=frozenset({"browser"})), SIGNED,
        "key-store",
    ),
    "a key on the server, where the task wants sole control": (
        SERVER_KEPT, TaskPolicy(sole_control=True), OfficePolicy(), SIGNED, "sole-control"
    ),
    "a key on the server, where the office wants sole control": (
        SERVER_KEPT, TaskPolicy(), OfficePolicy(sole_control=True), SIGNED, "sole-control"
    ),
    "matched by name, where that is not enough": (
        lambda one: replace(one, matched_by=Matched.NAME), TaskPolicy(),
        OfficePolicy(matched_by=frozenset({Matched.ISSUED, Matched.NUMBER})), SIGNED, "holder",
    ),
    "matched by nothing": (lambda one: replace(one, matched_by=""), TaskPolicy(), OfficePolicy(), SIGNED, "holder"),
    "a certificate for servers": (
        lambda one: replace(one, certificate=issued(name=OFFICER)), TaskPolicy(), OfficePolicy(), SIGNED, "usage"
    ),
    "a certificate that has ended": (
        SAME, TaskPolicy(), OfficePolicy(), datetime(2040, 1, 1, tzinfo=UTC), "validity"
    ),
    "an algorithm the office gave up": (
        SAME, TaskPolicy(), OfficePolicy(algorithms={"ecdsa-256": date(2026, 3, 1)}), SIGNED, "algorithm"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_every_refusal_says_its_rule(candidate: Candidate, name: str):
    change, task, office, at, rule = REFUSALS[name]
    with pytest.raises(NotSignable) as refused:
        require_policy(change(candidate), task, office, at=at)
    assert refused.value.rule == rule
    assert rule in RULES


def test_rsa_ends_when_etsi_says_and_an_office_may_only_be_sooner():
    key, day = rsa.generate_private_key(65537, 2048).public_key(), datetime(2028, 12, 31, 23, 59, tzinfo=UTC)
    require_acceptable(key, "sha256", at=day)
    require_acceptable(key, "sha256", at=day, sooner={"rsa-1900": date(2099, 1, 1), "rsa-3000": date(2020, 1, 1)})
    for at, sooner in ((datetime(2029, 1, 1, tzinfo=UTC), {}), (day, {"rsa-1900": date(2027, 1, 1)})):
        with pytest.raises(NotSignable, match="rsa of 2048 bits has not been accepted since"):
            require_acceptable(key, "sha256", at=at, sooner=sooner)
    with pytest.raises(NotSignable, match="rsa of 2048 bits has not been accepted since 2029-01-01"):
        require_acceptable(key, "sha256", at=datetime(2029, 1, 1, tzinfo=UTC), sooner={"rsa-1900": date(2099, 1, 1)})


@pytest.mark.parametrize(
    ("digest", "key"),
    [
        ("md5", ec.generate_private_key(ec.SECP256R1())),
        ("sha1", ec.generate_private_key(ec.SECP256R1())),
        ("ripemd160", ec.generate_private_key(ec.SECP256R1())),
        ("sha256", rsa.generate_private_key(65537, 1024)),
        ("sha256", ec.generate_private_key(ec.SECP224R1())),
    ],
)
def test_what_is_weak_is_refused(digest: str, key: Any):
    with pytest.raises(NotSignable) as refused:
        require_acceptable(key.public_key(), digest, at=SIGNED)
    assert refused.value.rule == "algorithm"


def test_the_longest_row_that_fits_counts():
    row = acceptance_of("rsa", 4096)
    assert row is not None
    assert label_of(row) == "rsa-3000"
    assert len({label_of(one) for one in ACCEPTABLE}) == len(ACCEPTABLE)


@pytest.mark.parametrize(
    ("subject", "number", "by"),
    [
        ({"name": "  əliyev ŞÜKÜR ismayıl oğlu".replace("ismayıl", "İsmayıl")}, "", Matched.NAME),
        ({"name": "ƏLİYEV", "surname": "Əliyev", "given": "Şükür İsmayıl oğlu"}, "", Matched.NAME),
        ({"name": "somebody", "number": "PNOAZ-5X3"}, "pnoaz-5x3", Matched.NUMBER),
    ],
)
def test_a_certificate_from_outside_is_matched_by_number_or_full_name(subject: dict, number: str, by: Matched):
    assert matched(issued(**subject), name=OFFICER, number=number) is by


@pytest.mark.parametrize(
    ("subject", "number"),
    [({"name": "Əliyev Şükür"}, ""), ({"name": OFFICER, "number": "IIN1"}, "IIN2"), ({"name": OFFICER}, "IIN2")],
)
def test_a_certificate_of_somebody_else_is_refused(subject: dict, number: str):
    with pytest.raises(NotSignable) as refused:
        matched(issued(**subject), name=OFFICER, number=number)
    assert refused.value.rule == "holder"


def test_a_server_kept_key_is_never_called_sole_control():
    assert not KINDS["pkcs12"].sole_control
    assert not KINDS["pkcs11"].sole_control
    assert all(KINDS[name].sole_control for name in ("browser", "file", "csc", "agent", "mobile"))
