"""Schedules, due documents and holds on their pages, and a review list begun from them."""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from visitor import Visitor

from archive.service import Accession, Classification
from processes.demo.people import demo_id
from processes.office import Office

DATABASES = ("sqlite",)


@pytest.fixture
def document(office: Office) -> UUID:
    """A citizen's appeal of 2009, due since 2015."""
    identity = uuid4()
    blob = office.blobs.put(b"%PDF-1.4 " + identity.bytes)
    with office.unit_of_work() as uow:
        owner = str(demo_id("body", "executive"))
        taken = Accession(
            id=identity,
            owner=owner,
            number=f"M-{identity.hex[:6]}",
            type="answer",
            title="Su xətti barədə cavab",
            language="az",
            blob=blob,
            dated_on=date(2009, 5, 1),
        )
        uow.archive.accession(taken, actor="import")
        uow.archive.classify([identity], Classification(retention_class="appeals-5-years"), actor="import")
        uow.archive.record_retention_facts([identity], {"case_closed_on": date(2009, 5, 1)}, actor="import")
        uow.commit()
    return identity


def test_only_an_archivist_sees_them(visitor: Visitor) -> None:
    visitor.sign_in("clerk")
    for path in ("/archive/retention", "/archive/holds"):
        assert visitor.get(path).status_code == 403
    assert visitor.post(f"/archive/holds/{uuid4()}", {"ground": "yoxlama bitib"}).status_code == 404


@pytest.mark.parametrize("language", ["az", "kk", "ru", "en"])
def test_what_is_due_is_listed_with_its_schedule(visitor: Visitor, document: UUID, language: str) -> None:
    visitor.sign_in("archivist", language)
    visitor.get("/archive/retention")
    assert f"/archive/{document}" in visitor.text
    assert "01.01.2015" in visitor.text
    assert "Saxlama siyahısı, m. 75" in visitor.text
    start = visitor.link(r"/cases/new/document-disposal/[0-9a-f-]+")
    assert visitor.get(start).status_code == 200


def test_a_hold_is_placed_seen_and_lifted_with_its_ground(visitor: Visitor, document: UUID) -> None:
    visitor.sign_in("archivist")
    visitor.get(f"/archive/{document}")
    visitor.post(f"/archive/{document}/hold", {"ground": "kısa"})
    assert "at least" in visitor.text
    visitor.post(f"/archive/{document}/hold", {"ground": "Məhkəmə işi 5/2026 üzrə sorğu"})
    assert "On hold: Məhkəmə işi 5/2026 üzrə sorğu" in visitor.text
    visitor.get("/archive/retention")
    assert f"/archive/{document}" not in visitor.text
    visitor.get("/archive/holds")
    assert "Məhkəmə işi 5/2026 üzrə sorğu" in visitor.text
    order = visitor.link(r"/archive/[0-9a-f-]+") and re.findall(r"/archive/holds/([0-9a-f-]{36})", visitor.text)[0]
    assert visitor.post(f"/archive/holds/{order}", {"ground": "x"}).status_code == 422
    visitor.post(f"/archive/holds/{order}", {"ground": "Məhkəmə qərarı qüvvəyə minib"})
    assert "The hold is lifted." in visitor.text
    visitor.get("/archive/retention")
    assert f"/archive/{document}" in visitor.text


def test_a_hold_on_all_that_a_search_finds(visitor: Visitor, document: UUID) -> None:
    visitor.sign_in("archivist")
    number = f"M-{document.hex[:6]}"
    visitor.get(f"/archive?text={number}")
    visitor.post("/archive/holds", {"text": number, "ground": "Arxiv yoxlaması 2026"})
    assert "1 documents are on hold." in visitor.text
    assert number in visitor.text


def test_an_event_changes_the_period(visitor: Visitor, office: Office, document: UUID) -> None:
    visitor.sign_in("archivist")
    visitor.get(f"/archive/{document}")
    fields = {"fact": "act_repealed_on", "on": "2010-02-03", "ground": "Fərman 12, 03.02.2010"}
    visitor.post(f"/archive/{document}/retention-event", fields)
    assert "computed anew" in visitor.text
    with office.reading() as uow:
        assert uow.archive.document(document).retention_facts["act_repealed_on"] == "2010-02-03"
    assert visitor.post(f"/archive/{document}/retention-event", {**fields, "on": "never"}).status_code == 400
    assert visitor.post(f"/archive/{document}/retention-event", {**fields, "fact": "other"}).status_code == 422


def test_a_schedule_changes_when_a_second_person_agrees(visitor: Visitor, office: Office, document: UUID) -> None:
    page, proposals = "/archive/schedules/appeals-5-years", "Waiting for a second person"
    visitor.sign_in("clerk")
    assert visitor.get(page).status_code == 403
    visitor.sign_in("archivist")
    visitor.get("/archive/retention")
    visitor.get(visitor.link(page))
    titles = {f"title_{code}": visitor.field(f"title_{code}") for code in ("az", "kk", "ru", "en")}
    wording = {**titles, "starts": "year_end", "years": "30", "action": "review", "article": "m. 75"}
    assert visitor.post(page, {**wording, "reason": "x"}).status_code == 422
    assert visitor.post(page, {**wording, "years": "many", "reason": "Əmr 5, 01.03.2026"}).status_code == 422
    assert 'value="many"' in visitor.text
    visitor.post(page, {**wording, "reason": "Əmr 5, 01.03.2026"})
    assert "You proposed it" in visitor.text
    assert "Put it in force" not in visitor.text
    version = visitor.field("version")
    assert visitor.post(page, {"_action": "agree", "version": version}).status_code == 422
    visitor.sign_in("head")
    assert proposals in (visitor.get("/archive/schedules"), visitor.text)[1]
    visitor.get(page)
    visitor.post(page, {"_action": "agree", "version": visitor.field("version"), "note": "oxudum"})
    assert "computed anew" in visitor.text
    with office.reading() as uow:
        assert uow.archive.document(document).dispose_after == date(2040, 1, 1)
    assert proposals not in (visitor.get("/archive/schedules"), visitor.text)[1]


def test_a_new_schedule_is_proposed_and_refused(visitor: Visitor) -> None:
    visitor.sign_in("archivist")
    visitor.get("/archive/schedules")
    titles = {f"title_{code}": "Müqavilələr" for code in ("az", "kk", "ru", "en")}
    wording = {**titles, "starts": "event", "permanent": "1", "action": "transfer", "article": "m. 3"}
    visitor.post("/archive/schedules", {**wording, "code": "Contracts!", "reason": "Əmr 6, 02.03.2026"})
    assert visitor.errors == ["A code has small Latin letters, digits and hyphens, and begins with a letter."]
    visitor.post("/archive/schedules", {**wording, "code": "contracts", "reason": "Əmr 6, 02.03.2026"})
    assert visitor.path == "/archive/schedules/contracts"
    visitor.post(visitor.path, {"_action": "refuse", "version": visitor.field("version"), "note": "siyahıda yoxdur"})
    assert "stays as it is" in visitor.text
    assert visitor.get("/archive/schedules/none").status_code == 404
