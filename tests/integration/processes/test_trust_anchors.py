"""Administrators say whom the office trusts: with a ground, from a day and until one, each act in the audit trail."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from processes.errors import EntryRefused, GroundTooShort, NotFound, NotPermitted
from processes.office import Office
from processes.tables import AuditRow
from processes.trust import trust_store
from processes.use_cases.trust_anchors import AddAnchor, RemoveAnchor, add_anchor, list_anchors, remove_anchor

GROUND = "Order 12 of 3 March 2026"


def root_of(office: Office, *, authority: bool = True) -> x509.Certificate:
    key, now = ec.generate_private_key(ec.SECP256R1()), office.clock()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Another Root")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=3650))
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256())


def test_an_anchor_is_added_removed_and_added_again(office: Office):
    root = root_of(office)
    der, pem = root.public_bytes(Encoding.DER), root.public_bytes(Encoding.PEM)
    sha256 = add_anchor(office, AddAnchor(by=None, certificate=pem, ground=GROUND))
    assert der in trust_store(office).anchors
    with pytest.raises(EntryRefused, match="already"):
        add_anchor(office, AddAnchor(by=None, certificate=der, ground=GROUND))
    assert "Another Root" in remove_anchor(
        office, RemoveAnchor(by=None, sha256=sha256[:12], ground="its key was stolen")
    )
    assert der not in trust_store(office).anchors
    with pytest.raises(NotFound):
        remove_anchor(office, RemoveAnchor(by=None, sha256=sha256, ground="its key was stolen"))
    told = {one["sha256"]: one for one in list_anchors(office, None)}[sha256]
    assert (told["state"], told["ground"], told["removed_ground"]) == ("ended", GROUND, "its key was stolen")
    add_anchor(office, AddAnchor(by=None, certificate=der, ground=GROUND))
    assert der in trust_store(office).anchors
    with office.reading() as uow:
        lines = uow.session.execute(sa.select(AuditRow.action).where(AuditRow.subject == sha256).order_by(AuditRow.seq))
        assert list(lines.scalars()) == ["pki:anchor:add", "pki:anchor:remove", "pki:anchor:add"]


def test_an_anchor_is_trusted_within_its_window_only(office: Office):
    root, now = root_of(office), office.clock()
    der = root.public_bytes(Encoding.DER)
    # a rehearsal's clock goes into the past, never ahead of real time
    window = {"valid_from": now - timedelta(days=4), "valid_until": now - timedelta(days=2)}
    add_anchor(office, AddAnchor(by=None, certificate=der, ground=GROUND, **window))
    seen = []
    for days in (5, 3, 1):
        office.clock.set_to(now - timedelta(days=days))
        seen.append(der in trust_store(office).anchors)
    assert seen == [False, True, False]


def test_what_may_not_be_an_anchor_is_refused(office: Office):
    leaf = root_of(office, authority=False).public_bytes(Encoding.DER)
    for data in (b"", b"-----BEGIN CERTIFICATE-----", b"x" * 70_000, leaf):
        with pytest.raises(EntryRefused):
            add_anchor(office, AddAnchor(by=None, certificate=data, ground=GROUND))
    good = root_of(office).public_bytes(Encoding.DER)
    with pytest.raises(GroundTooShort):
        add_anchor(office, AddAnchor(by=None, certificate=good, ground="because"))
    with pytest.raises(EntryRefused, match="ends before it begins"):
        add_anchor(office, AddAnchor(by=None, certificate=good, ground=GROUND, valid_until=office.clock()))


def test_only_administrators_say_whom_the_office_trusts(office: Office):
    stranger, good = uuid4(), root_of(office).public_bytes(Encoding.DER)
    with pytest.raises(NotPermitted):
        list_anchors(office, stranger)
    with pytest.raises(NotPermitted):
        add_anchor(office, AddAnchor(by=stranger, certificate=good, ground=GROUND))
    with pytest.raises(NotPermitted):
        remove_anchor(office, RemoveAnchor(by=stranger, sha256="0", ground=GROUND))
