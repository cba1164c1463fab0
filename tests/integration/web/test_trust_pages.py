"""The pages of trust: anchors and trusted lists are entered with a ground, shown with who and why, and retired."""

import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from visitor import Visitor

from processes.demo.founding import accounts
from processes.office import Office
from processes.tables import AuditRow
from processes.trust import trust_store

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "signing"))

from signing_lists import GRANTED, QTST, Listed, ListText, Operator, operator

DATABASES = ["sqlite"]
GROUND = "Law 27 on trust services, article 9"


@pytest.fixture
def admin(app: Flask, office: Office) -> Visitor:
    visitor = Visitor(app, accounts(office.settings.home))
    visitor.sign_in("admin")
    return visitor


def file(data: bytes, name: str) -> tuple[BytesIO, str]:
    return BytesIO(data), name


def list_of(office: Office, by: Operator, *, sequence: int) -> bytes:
    now, authority = office.clock(), office.keys.authority
    since = ((GRANTED, now - timedelta(days=20)),)
    services = (
        Listed(authority.certificate("issuing"), since),
        Listed(authority.certificate("tsa"), since, QTST, "Time"),
    )
    made = ListText(services, sequence, issued_at=now - timedelta(days=1), next_update=now + timedelta(days=90))
    return made.signed(by)


def test_an_anchor_is_entered_with_a_ground_and_retired_with_one(admin: Visitor, office: Office) -> None:
    issuing = office.keys.authority.certificate("issuing")
    admin.get("/admin/trust?lang=en")
    assert "the pilot authority of this office (not qualified)" in admin.text
    entered = {"ground": GROUND, "purpose": "timestamps", "from": "", "until": ""}
    for wrong, told in (
        ({"certificate": file(b"x", "root.pem")}, "This is no certificate, PEM or DER."),
        ({"certificate": file(issuing, "root.cer"), "until": "2020-01-01"}, "The last day lies before the first."),
        ({"certificate": file(issuing, "root.cer"), "ground": "because"}, ""),
        ({"certificate": file(issuing, "root.cer"), "purpose": "all"}, "Choose one of the list."),
    ):
        assert admin.post("/admin/trust/anchors", {**entered, **wrong}).status_code == 422
        assert admin.errors
        assert told in admin.text
    admin.post("/admin/trust/anchors", {**entered, "certificate": file(issuing, "root.cer")})
    assert GROUND in admin.text
    assert "timestamps only" in admin.text
    assert [one.certificate for one in trust_store(office).services] == [issuing]
    where = admin.text.partition("/admin/trust/anchors/")[2].partition("/retire")[0]
    assert admin.post(f"/admin/trust/anchors/{where}/retire", {"ground": "no"}).status_code == 422
    admin.post(f"/admin/trust/anchors/{where}/retire", {"ground": "its key was stolen in May"})
    assert "its key was stolen in May" in admin.text
    with office.reading() as uow:
        lines = uow.session.execute(sa.select(AuditRow).where(AuditRow.subject == where).order_by(AuditRow.seq))
        told_lines = [(row.action, row.details["why"]) for row in lines.scalars() if row.details]
    assert told_lines == [("pki:anchor:add", GROUND), ("pki:anchor:remove", "its key was stolen in May")]


def test_a_trusted_list_is_brought_shown_and_retired(admin: Visitor, office: Office) -> None:
    by = operator("Operator of the page", office.clock().replace(microsecond=0) - timedelta(days=30))
    good = list_of(office, by, sequence=3)
    admin.get("/admin/trust?lang=en")
    entered = {"url": "", "list_ground": GROUND}

    def bring(content: bytes, operators: bytes = by.pem, **more: str) -> int:
        files = {"list": file(content, "tl.xml"), "operators": file(operators, "operator.pem")}
        return admin.post("/admin/trust/lists", {**entered, **files, **more}).status_code

    assert bring(b"<x/>") == 422
    assert "This is no trusted list" in admin.errors[0]
    assert bring(good, operator("Stranger", office.clock() - timedelta(days=1)).pem) == 422
    assert "not signed by that operator" in admin.errors[0]
    assert bring(good, list_ground="because") == 422
    assert bring(good) == 200
    assert "AZ</b> · № 3" in admin.text
    assert bring(list_of(office, by, sequence=2)) == 422
    assert "A newer list is in force already" in admin.errors[0]
    admin.get("/admin/trust?lang=az")
    one = admin.link(r"/admin/trust/lists/[0-9a-f-]+")
    for language in ("az", "kk", "ru", "en"):
        admin.get(f"{one}?lang={language}")
        assert "Provider, Time" in admin.text
    admin.get("/admin/trust")
    assert admin.post(f"{one}/refresh").status_code == 422, "it came as a file"
    admin.post(f"{one}/retire", {"ground": "the law is no longer in force"})
    assert "the law is no longer in force" in admin.text
    assert trust_store(office).services == ()


def test_only_administrators_see_and_change_whom_the_office_trusts(app: Flask, office: Office) -> None:
    visitor = Visitor(app, accounts(office.settings.home))
    clerk = next(login for login in visitor.accounts if login != "admin")
    visitor.sign_in(clerk)
    token = visitor.token()
    assert visitor.get("/admin/trust").status_code == 403
    for path in ("/admin/trust/anchors", "/admin/trust/lists", "/admin/trust/anchors/00/retire"):
        answer = visitor.post(path, {"ground": GROUND, "list_ground": GROUND, "purpose": "any"}, token=token)
        assert answer.status_code == 403
