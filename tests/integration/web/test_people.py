"""An administrator admits people, enters and revokes mandates; people choose their password and PIN."""

import re

from flask import Flask
from visitor import Visitor

from processes.demo.founding import Account
from processes.office import Office
from processes.tables import AuditRow, CertificateRow, MandateRow, PersonRow

DATABASES = ("sqlite", "postgresql")
POST = {f"post_{code}": "Mütəxəssis" for code in ("az", "kk", "ru", "en")}
PASSWORD = "dağ çay göl meşə 9"
PIN = "iyirmi-beş"


def rows(office: Office, table: type, **where: object) -> list[object]:
    with office.reading() as uow:
        found = list(uow.session.query(table).filter_by(**where))
        uow.session.expunge_all()
    return found


def admit(visitor: Visitor, login: str) -> str:
    """Admit somebody to the housing service; where their page is."""
    visitor.sign_in("admin")
    visitor.get("/admin/people/new?lang=en")
    unit = next(value for value, shown in options(visitor, "unit") if "Housing" in shown)
    entered = {"name": "Quliyev Elçin Vaqif oğlu", "login": login, "email": "", "language": "az", "unit": unit, **POST}
    assert visitor.post("/admin/people/new", entered).status_code == 200
    found = re.search(r"data-secret>([a-z0-9]+)<", visitor.text)
    assert found
    visitor.accounts = {**visitor.accounts, login: Account(login=login, password=found[1], pin=PIN)}
    return re.search(r'action="(/admin/people/[0-9a-f-]+)/account"', visitor.text)[1]  # type: ignore[index]


def options(visitor: Visitor, name: str) -> list[tuple[str, str]]:
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', visitor.text, re.DOTALL)
    assert select
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', select[0])


def mandate(visitor: Visitor, page: str, **changed: str) -> None:
    """Make the person a clerk of the housing service."""
    visitor.get(page)
    body = next(value for value, shown in options(visitor, "body") if "Housing" in shown)
    entered = {
        "role": "clerk", "capacity": "clerk", "body": body, "acts_for": "", "act": "Əmr", "number": "17-k",
        "dated": "2026-02-01", "valid_from": "2026-02-02", "valid_to": "",
    }  # fmt: skip
    visitor.post(f"{page}/mandates", {**entered, **changed})


def test_somebody_is_admitted_mandated_and_signs_with_a_pin_of_their_own(visitor: Visitor, office: Office) -> None:
    page = admit(visitor, "elcin")
    mandate(visitor, page)
    assert "The mandate is entered." in visitor.text
    visitor.sign_in("elcin")
    visitor.get("/me?lang=en")
    assert "You have no certificate in force" in visitor.text
    visitor.post("/me/pin", {"pin": PIN, "pin_again": PIN})
    assert "Your key is locked with the new PIN" in visitor.text
    person = next(iter(rows(office, PersonRow, login="elcin")))
    certificates = rows(office, CertificateRow, person_id=person.id)  # type: ignore[attr-defined]
    assert len(certificates) == 1
    assert PIN.encode() not in (certificates[0].wrapped_key or b"")  # type: ignore[attr-defined]
    visitor.get("/inbox?tab=group")
    assert visitor.page.status_code == 200


def test_a_new_pin_takes_the_place_of_the_old_one(visitor: Visitor) -> None:
    page = admit(visitor, "pinli")
    mandate(visitor, page)
    visitor.sign_in("pinli")
    visitor.get("/me?lang=en")
    visitor.post("/me/pin", {"pin": PIN, "pin_again": PIN})
    visitor.post("/me/pin", {"old_pin": "səhv-səhv", "pin": "otuz-altı", "pin_again": "otuz-altı"})
    assert visitor.page.status_code == 422
    assert "4 tries are left" in visitor.text
    visitor.post("/me/pin", {"old_pin": PIN, "pin": "otuz-altı", "pin_again": "otuz-altı"})
    assert "Your key is locked with the new PIN" in visitor.text
    visitor.post("/me/pin", {"old_pin": PIN, "pin": PIN, "pin_again": PIN})
    assert visitor.page.status_code == 422, "the old PIN opens nothing any more"


def test_a_pin_that_cannot_be_taken_is_told(visitor: Visitor) -> None:
    visitor.sign_in("clerk")
    visitor.get("/me?lang=en")
    old = visitor.accounts["clerk"].pin
    for new, again, told in (
        ("qısa", "qısa", "at least 8 characters"),
        (PIN, "iyirmi-altı", "The two PINs are not the same"),
    ):
        assert visitor.post("/me/pin", {"old_pin": old, "pin": new, "pin_again": again}).status_code == 422
        assert told in " ".join(visitor.errors)


def test_a_changed_password_ends_every_other_session(app: Flask, visitor: Visitor) -> None:
    admit(visitor, "parollu")
    visitor.sign_in("parollu")
    elsewhere = Visitor(app, visitor.accounts)
    elsewhere.sign_in("parollu")
    visitor.get("/me?lang=en")
    old = visitor.accounts["parollu"].password
    for new, told in (("qısa", "at least 12 characters"), ("parollu parollu", "Too easy to guess")):
        visitor.post("/me/password", {"old": old, "password": new, "password_again": new})
        assert told in " ".join(visitor.errors)
    visitor.post("/me/password", {"old": "another", "password": PASSWORD, "password_again": PASSWORD})
    assert "The present password is not right" in " ".join(visitor.errors)
    visitor.post("/me/password", {"old": old, "password": PASSWORD, "password_again": PASSWORD})
    assert "Your password is changed" in visitor.text
    elsewhere.get("/inbox")
    assert elsewhere.path == "/sign-in"
    assert visitor.get("/inbox").status_code == 200
    assert visitor.path == "/inbox"


def test_who_guesses_a_password_on_a_foreign_session_is_slowed_down(visitor: Visitor) -> None:
    admit(visitor, "yavas")
    visitor.sign_in("yavas")
    visitor.get("/me?lang=en")
    for _ in range(5):
        visitor.post("/me/password", {"old": "wrong", "password": PASSWORD, "password_again": PASSWORD})
    visitor.get("/me")
    visitor.post("/me/password", {"old": "wrong", "password": PASSWORD, "password_again": PASSWORD})
    assert visitor.page.status_code == 429


def test_a_revoked_mandate_covers_nothing_from_then_on(visitor: Visitor, office: Office) -> None:
    page = admit(visitor, "kargin")
    mandate(visitor, page)
    found = re.search(rf"{page}/mandates/[0-9a-f-]+/revoke", visitor.get(page).get_data(as_text=True))
    assert found
    assert visitor.post(found[0], {"ground": ""}).status_code == 422
    visitor.get(page)
    visitor.post(found[0], {"ground": "Başqa işə keçib"})
    assert "The mandate is revoked." in visitor.text
    revoked = next(iter(rows(office, MandateRow, revoked_ground="Başqa işə keçib")))
    assert revoked.revoked_at is not None  # type: ignore[attr-defined]
    assert rows(office, AuditRow, action="person:mandate:revoke", subject=str(revoked.holder_id))  # type: ignore[attr-defined]


def test_a_mandate_that_cannot_be_entered_is_told(visitor: Visitor) -> None:
    visitor.sign_in("admin")
    visitor.get("/admin?lang=en")
    page = visitor.link(r"/admin/people/[0-9a-f-]+")
    for changed, told in (
        ({"role": "king"}, "Choose one of the list"),
        ({"number": ""}, "Enter the number of the act"),
        ({"dated": "31.02.2026"}, "This cannot be read"),
        ({"valid_from": "2026-05-02", "valid_to": "2026-05-01"}, "The last day lies before the first"),
    ):
        mandate(visitor, page, **changed)
        assert visitor.page.status_code == 422
        assert told in " ".join(visitor.errors)


def test_a_closed_account_is_shut_at_once_and_opens_again(app: Flask, visitor: Visitor) -> None:
    page = admit(visitor, "bagli")
    theirs = Visitor(app, visitor.accounts)
    theirs.sign_in("bagli")
    visitor.get(page)
    visitor.post(f"{page}/account", {"_action": "close"})
    theirs.get("/inbox")
    assert theirs.path == "/sign-in"
    visitor.post(f"{page}/account", {"_action": "reopen"})
    theirs.sign_in("bagli")


def test_the_last_administrator_cannot_be_shut_out(visitor: Visitor, office: Office) -> None:
    visitor.sign_in("admin")
    me = next(iter(rows(office, PersonRow, login="admin"))).id  # type: ignore[attr-defined]
    visitor.get(f"/admin/people/{me}?lang=en")
    visitor.post(f"/admin/people/{me}/account", {"_action": "close"})
    assert visitor.page.status_code == 422
    assert "Nobody else administers this body" in visitor.text


def test_who_cannot_be_admitted_is_told_and_the_entries_stay(visitor: Visitor) -> None:
    visitor.sign_in("admin")
    visitor.get("/admin/people/new?lang=en")
    unit = options(visitor, "unit")[0][0]
    entered = {"name": "Nəbiyev", "login": "nebiyev", "email": "", "language": "az", "unit": unit, **POST}
    for changed, told in (
        ({"login": "Ə!"}, "A login has two or more small Latin letters"),
        ({"login": "clerk"}, "Somebody has this login already"),
        ({"name": " "}, "Enter the name as it shall stand on documents"),
        ({"email": "nobody"}, "Enter an e-mail address"),
        ({"post_kk": ""}, "Enter the title of the post in all four languages"),
    ):
        assert visitor.post("/admin/people/new", {**entered, **changed}).status_code == 422
        assert told in " ".join(visitor.errors)
        assert 'value="Mütəxəssis"' in visitor.text


def test_a_body_is_added_with_its_unit_and_e_seal(visitor: Visitor, office: Office) -> None:
    visitor.sign_in("admin")
    visitor.get("/admin/bodies?lang=en")
    titles = {"title_az": "Su idarəsi", "title_kk": "Су басқармасы", "title_ru": "Водоканал", "title_en": "Waterworks"}
    facts = {"code": "water", "calendar": "AZ", "time_zone": "Asia/Baku", "language": "az", "territory": ""}
    assert visitor.post("/admin/bodies", {**titles, **facts, "time_zone": "Mars/Olympus"}).status_code == 422
    visitor.post("/admin/bodies", {**titles, **facts, "functions": "appeals"})
    assert "You administer it" in visitor.text
    assert "Waterworks" in visitor.text
    assert "no e-seal in force" not in visitor.text
    assert visitor.post("/admin/bodies", {**titles, **facts}).status_code == 422
    assert "This code is taken" in visitor.text


def test_these_pages_are_for_administrators(visitor: Visitor) -> None:
    visitor.sign_in("clerk")
    for path in ("/admin", "/admin/people/new", "/admin/bodies", f"/admin/people/{'0' * 8}-0000-4000-8000-{'0' * 12}"):
        assert visitor.get(path).status_code in {403, 404}, path
    visitor.get("/me")
    assert visitor.post("/admin/bodies", {"code": "mine"}).status_code in {403, 422}
    visitor.get("/me?lang=en")
    entered = {"name": "X Y", "login": "xy", "language": "az", "unit": "", **POST}
    assert visitor.post("/admin/people/new", entered).status_code in {400, 403}


def test_what_certificates_point_at_is_there(app: Flask) -> None:
    for path, kind in (
        ("/pki/root.crl", "application/pkix-crl"),
        ("/pki/issuing.crl", "application/pkix-crl"),
        ("/pki/root.cer", "application/pkix-cert"),
        ("/pki/tsa.cer", "application/pkix-cert"),
    ):
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.data[:1] == b"\x30"


def test_only_the_supervising_body_has_supervisors(visitor: Visitor, office: Office) -> None:
    page = admit(visitor, "aynur")
    mandate(visitor, page, role="supervisor", capacity="supervisor")
    assert "Only a body of supervision has supervisors" in visitor.text
    assert len(rows(office, MandateRow, role="supervisor")) == 1


def test_a_head_signs_an_order_and_whoever_it_names_acts_by_it(visitor: Visitor, office: Office) -> None:
    visitor.sign_in("head")
    visitor.get("/orders?lang=en")
    (person,) = (value for value, shown in options(visitor, "person") if "Ağayeva" in shown)
    (absent,) = (value for value, shown in options(visitor, "acts_for") if "Nəbiyeva" in shown)
    body = re.search(r'name="body" value="([^"]+)"', visitor.text)
    assert body
    entered = {
        "body": body[1], "person": person, "role": "executor", "capacity": "executor", "acts_for": absent,
        "valid_from": office.clock().date().isoformat(), "valid_to": "", "pin": "not-the-pin",
    }  # fmt: skip
    assert visitor.post("/orders", entered).status_code == 422
    assert "PIN" in visitor.text
    visitor.post("/orders", entered | {"pin": visitor.accounts["head"].pin})
    assert "The order is signed and archived" in visitor.text
    assert re.search(r"acting for Nəbiyeva Lalə Kamran qızı", visitor.text)
    (given,) = [row for row in rows(office, MandateRow, role="clerk") if str(row.holder_id) == person]
    assert (given.capacity, given.ground_act) == ("substitute", "Əmr")
    assert given.ground_document_id == given.id
    visitor.sign_in("clerk")
    assert visitor.get("/orders").status_code == 403
