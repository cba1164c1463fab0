"""Every opening of a document leaves a line on the audit trail; which pages are no openings, and why, is said here."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from small_pdf import small_pdf
from visitor import Visitor

from archive.service import Accession
from processes.demo.people import demo_id
from processes.evidence import make_evidence
from processes.office import Office
from processes.tables import AuditRow

DATABASES = ("sqlite",)
VIEWS = {
    "archive.record": ("/archive/{id}", "archive:record:view"),
    "keeping.page": ("/archive/{id}/keeping", "archive:record:view"),
    "proof.record": ("/archive/proof/records/{id}.ers", "archive:evidence:view"),
    "documents.pdf": ("/documents/{id}.pdf", "archive:document:view"),
    "redacting.page": ("/archive/{id}/redact", "archive:document:view"),
    "redacting.picture": ("/archive/{id}/redact/1.png", "archive:document:picture"),
    "keeping.published_one": ("/published/{id}", "archive:document:view"),
}
"""opened below: address and action"""
VIEWS_ELSEWHERE = {
    "documents.attachment_file": "test_doors: case:file:view",
    "tracking.document": "test_doors: archive:document:view by the tracking code",
    "tasks.shared": "test_need_to_know: archive:document:view by the co-signer",
    "exports.download": "test_export_pages: archive:export:download, and each document's custody: exported",
    "retention.package": "test_outside_transfers: archive:transfer:download, and each document's custody: exported",
}
NO_VIEWS = {
    "archive.page": "a list: title, number a line around what was found, of what this person may open anyway",
    "cases.one": "the case: its steps with the numbers and titles of their documents; each is opened by itself",
    "cases.diagram": "the model",
    "tracking.one": "the applicant's own appeal: states and dates; its papers are opened one by one",
    "verify.by_code": "what the code's holder has on paper: signers and verdict; a title only of what is open to all",
    "verify.report_by_code": "the same",
    "tasks.form": "a step's form is work, not a document yet; it is signed, and that stands on the trail",
    "tasks.assign": "the same",
    "work.delegate": "the same",
    "signing.page": "what one is about to sign, not yet a document of the archive",
    "signing.document": "the same",
    "signing.receipt": "the number and hash of what one has just signed",
    "signing_elsewhere.waiting": "a bar that waits for a telephone",
    "registry.entry": "a public register",
    "appeals.write": "an empty form",
}
OTHERS = (
    *("admin.", "arrangement.", "nomenclature.", "proof.audit", "schedules.", "staff.", "trust.", "pki.", "static"),
    *("cases.start", "many_", "mending.", "operations.", "undelivered."),
)
"""pages of people, units, rules and machinery; messages and incidents name cases, not what documents say"""

GIVING = {
    "exports.document": "test_export_pages: archive:export, and the document's custody: exported",
    "redacting.made": "below: what is refused shows the page again",
    "keeping.decided": "below: the same",
}
"""forms whose answer shows or gives out a document"""
LISTS = {
    "archive.page": "a list of what this person may open",
    "exports.page": "one's own packages; each download is a view",
    "exports.part": "the same",
    "imports.page": "a form",
    "keeping.published": "titles of what is open to all",
    "retention.page": "lists for those who keep these documents and may open each",
    "retention.holds": "the same",
    "proof.evidence": "batches",
    "cases.page": "cases one may see",
    "cases.new": "processes that may begin",
    "inbox.page": "one's own work",
    "signing_elsewhere.returned": "where a signing service sends one back to",
    "orders.page": "mandates",
    "profile.page": "oneself",
    "supervision.page": "numbers",
    "supervision.work": "steps, no documents",
    "tracking.page": "a code is asked for",
    "verify.page": "a file or code is asked for",
    "registry.page": "a public register",
    "registry.statistics": "the same",
    "registry.as_json": "the same",
    "registry.as_csv": "the same",
    "appeals.form": "the bodies that take appeals",
    "appeals.received": "the number and code of what one has just sent",
}
"""pages of many things, and addresses that answer with data"""
ACTS = {
    *("archive", "arrangement", "nomenclature", "retention", "schedules", "proof", "exports", "imports", "inbox"),
    *("appeals", "cases", "tasks", "work", "signing", "signing_elsewhere", "orders", "profile"),
    *("supervision", "verify"),
}
"""blueprints whose other forms do something and lead on to a page, or answer with what they did"""
NEITHER = ("public.", "session.", "many_cases.", "calendars.")
"""the first page, health, signing in; cases and calendars"""


def test_every_other_door_is_said_to_give_out_a_document_or_not(app: Flask) -> None:
    """Lists, forms that are sent, and addresses that answer with data."""
    doors = [
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in {"GET", "POST", "PUT", "DELETE"} & (rule.methods or set())
        if not rule.endpoint.startswith((*OTHERS, *NEITHER)) and (method != "GET" or not rule.arguments)
    ]
    lists = {endpoint for endpoint, method in doors if method == "GET"}
    assert (lists - LISTS.keys(), LISTS.keys() - lists) == (set(), set())
    sent = {endpoint for endpoint, method in doors if method != "GET" and endpoint.split(".")[0] not in ACTS}
    assert sent | {"exports.document"} == GIVING.keys(), "new forms: does the answer show a document?"


def test_every_page_of_one_thing_is_a_view_or_is_said_not_to_be(app: Flask) -> None:
    known = VIEWS.keys() | VIEWS_ELSEWHERE.keys() | NO_VIEWS.keys()
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.arguments and "GET" in (rule.methods or set()) and not rule.endpoint.startswith(OTHERS)
    }
    assert pages - known == set(), "new pages: is a document opened there?"
    assert known - pages - {"archive.page"} == set(), "pages that are no more"


@pytest.fixture
def published(visitor: Visitor, office: Office) -> UUID:
    with office.unit_of_work() as uow:
        taken = uow.archive.accession(
            Accession(
                id=uuid4(), owner=str(demo_id("body", "executive")), number="V-7", type="letter", title="Yol haqqında",
                blob=office.blobs.put(small_pdf("Yol")), media_type="application/pdf",
            ),
            actor="test",
        )  # fmt: skip
        uow.commit()
    make_evidence(office)
    visitor.sign_in("archivist")
    visitor.get(f"/archive/{taken.id}/keeping?lang=en")
    visitor.post(f"/archive/{taken.id}/keeping", {"_action": "publish", "ground": "Qanun, 7"})
    return taken.id


def lines(office: Office, document_id: UUID) -> list[str]:
    query = sa.select(AuditRow.action).where(AuditRow.subject == str(document_id)).order_by(AuditRow.at, AuditRow.seq)
    with office.reading() as uow:
        return list(uow.session.scalars(query))


def test_each_opening_leaves_one_line(visitor: Visitor, office: Office, published: UUID) -> None:
    for endpoint, (address, action) in VIEWS.items():
        before = lines(office, published)
        assert visitor.get(address.format(id=published)).status_code == 200, endpoint
        after = lines(office, published)
        assert sorted(after) == sorted([*before, action]), endpoint


def test_a_form_that_is_refused_shows_the_record_again_and_says_so(
    visitor: Visitor, office: Office, published: UUID
) -> None:
    visitor.get(f"/archive/{published}/redact")
    for address in (f"/archive/{published}/redact", f"/archive/{published}/keeping"):
        before = lines(office, published)
        assert visitor.post(address, {"_action": "publish"}).status_code == 422
        assert sorted(lines(office, published)) == sorted([*before, "archive:record:view"]), address


def test_what_is_refused_is_no_view(visitor: Visitor, office: Office, published: UUID) -> None:
    head = str(demo_id("person", "head"))
    visitor.get(f"/archive/{published}/keeping")
    visitor.post(f"/archive/{published}/keeping", {"_action": "quarantine", "second": head, "ground": "Siyahı, 7"})
    visitor.sign_in("clerk")
    before = lines(office, published)
    for address, _ in VIEWS.values():
        assert visitor.get(address.format(id=published)).status_code in {403, 404}, address
    assert not {each for each in lines(office, published)[len(before) :] if each.endswith((":view", ":picture"))}


GONE = {
    "/documents/{id}.pdf": 410,
    "/published/{id}": 404,
    "/archive/{id}/redact": 410,
    "/archive/{id}/redact/1.png": 410,
    "/archive/{id}": 200,
    "/archive/{id}/keeping": 200,
    "/archive/proof/records/{id}.ers": 200,
}
"""what was destroyed after its time: its bytes are no more, its description and evidence are"""
TOO_LATE = (
    ("/archive/exports/documents/{id}", {"shape": "bagit"}),
    ("/archive/{id}/hold", {"ground": "Məhkəmə işi"}),
    ("/archive/{id}/redact", {"areas": "1 1 1 5 5", "copy_title": "Surət", "ground": "B9"}),
    ("/archive/{id}/keeping", {"_action": "publish", "ground": "Qərar"}),
    ("/archive/{id}/keeping", {"_action": "classify", "ground": "Qərar", "access_level": "secret"}),
    ("/archive/{id}/keeping", {"_action": "quarantine", "ground": "Qərar", "second": str(demo_id("person", "head"))}),
)


def test_of_what_is_gone_every_page_says_so(visitor: Visitor, office: Office, published: UUID) -> None:
    with office.unit_of_work() as uow:
        uow.archive._store.update(published, status="destroyed")
        uow.commit()
    found = {address: visitor.get(address.format(id=published)).status_code for address in GONE}
    assert found == GONE
    for address, form in TOO_LATE:
        visitor.get("/archive/imports")
        assert visitor.post(address.format(id=published), form).status_code in {404, 409, 410, 422}, (address, form)
        assert "The request could not be carried out." not in visitor.text, (address, form)
