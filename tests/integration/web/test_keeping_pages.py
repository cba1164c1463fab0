"""Who keeps a document decides on one page: classification, publication, quarantine; published is for anybody."""

from uuid import uuid4

from small_pdf import small_pdf
from visitor import Visitor

from archive.service import Accession
from processes.demo.people import demo_id
from processes.office import Office

DATABASES = ("sqlite",)


def test_a_document_is_classified_published_restricted_and_locked_away(visitor: Visitor, office: Office) -> None:
    with office.unit_of_work() as uow:
        taken = uow.archive.accession(
            Accession(
                id=uuid4(), owner=str(demo_id("body", "executive")), number="M-7", type="letter", title="Su haqqında",
                blob=office.blobs.put(b"%PDF-1.7 letter"), access_level="official_use", access_ground="Qanun",
            ),
            actor="test",
        )  # fmt: skip
        uow.commit()
    place = f"/archive/{taken.id}/keeping"
    visitor.sign_in("archivist")
    visitor.get(f"{place}?lang=en")
    assert visitor.post(place, {"_action": "publish", "ground": "Qanun, 7"}).status_code == 422
    assert visitor.errors == ["Its access level forbids it: publish a redacted copy, or open it first (B9)."]
    decision = {"_action": "classify", "access_level": "open", "ground": "müddət bitib"}
    visitor.post(place, decision)
    assert "The classification is kept." in visitor.text
    assert visitor.post(place, {**decision, "access_level": "state_secret"}).status_code == 422
    visitor.get(place)
    visitor.post(place, {"_action": "publish", "ground": "Qanun, 7"})
    assert "Anybody can read it." in visitor.text
    visitor.post("/signout")
    assert "Su haqqında" in visitor.get("/published").get_data(as_text=True)
    assert visitor.get(f"/published/{taken.id}").get_data() == b"%PDF-1.7 letter"

    visitor.sign_in("archivist")
    visitor.get(place)
    head = str(demo_id("person", "head"))
    visitor.post(place, {"_action": "quarantine", "second": head, "ground": "Siyahı, 7"})
    assert "Held to contain a state secret" in visitor.text
    assert visitor.get(f"/published/{taken.id}").status_code == 404
    visitor.sign_in("clerk")
    for hidden in (place, f"/archive/{taken.id}", f"/documents/{taken.id}.pdf"):
        assert visitor.get(hidden).status_code in {403, 404}
    visitor.sign_in("head")
    visitor.get(f"{place}?lang=en")
    assert visitor.post(place, {"_action": "remove", "ground": "Siyahı, 7", "pin": "yanlış-pin"}).status_code == 422
    pin = visitor.accounts["head"].pin
    visitor.post(place, {"_action": "remove", "ground": "Siyahı, 7", "pin": pin})
    assert "The document is removed by act DS-" in visitor.text


def test_a_redacted_copy_is_made_beside_the_pages(visitor: Visitor, office: Office) -> None:
    with office.unit_of_work() as uow:
        taken = uow.archive.accession(
            Accession(
                id=uuid4(), owner=str(demo_id("body", "executive")), number="M-8", type="letter", title="Su haqqında",
                blob=office.blobs.put(small_pdf("Letter of Karim Aliyev")), media_type="application/pdf",
            ),
            actor="test",
        )  # fmt: skip
        uow.commit()
    place = f"/archive/{taken.id}/redact"
    visitor.sign_in("clerk")
    for hidden in (place, f"{place}/1.png"):
        assert visitor.get(hidden).status_code == 403
    visitor.sign_in("archivist")
    visitor.get(f"/archive/{taken.id}/keeping")
    visitor.get(visitor.link(place))
    assert visitor.get(f"{place}/1.png").get_data().startswith(b"\x89PNG")
    visitor.get(place)
    asked = {"removed": "Karim Aliyev", "copy_title": "Cavab", "ground": "Qanun, 7"}
    assert visitor.post(place, {**asked, "areas": "the left corner"}).status_code == 422
    visitor.post(place, {**asked, "areas": "1 80 0 20 9.5\n1: 0; 90; 10; 10"})
    assert "M-8/R1" in visitor.text
