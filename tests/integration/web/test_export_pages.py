"""Documents given out on the pages: one at once, what a search finds and a file by a job, to whoever asked."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from visitor import Visitor

from archive.packages import check_package, opened, packaged_documents
from archive.service import Accession, Classification
from processes.demo.founding import accounts
from processes.demo.people import demo_id
from processes.exporting import make_export
from processes.office import Office
from processes.tables import ExportRow
from processes.use_cases import start_export

DATABASES = ("sqlite",)


@pytest.fixture
def filed(office: Office) -> tuple[UUID, UUID, str]:
    """A document in a file, the file, and a word only it has."""
    identity, word = uuid4(), f"yol{uuid4().hex[:8]}"
    owner = str(demo_id("body", "executive"))
    with office.unit_of_work() as uow:
        blob = office.blobs.put(b"%PDF-1.4 " + identity.bytes)
        taken = Accession(
            id=identity, owner=owner, number="İ-1/2", type="answer", title=f"{word} haqqında", language="az", blob=blob
        )
        uow.archive.accession(taken, actor="import")
        series = next(series for fonds in uow.archive.fonds(owner) for series in uow.archive.series(fonds.id))
        file = uow.archive.create_file(series.id, title="Yollar 2026")
        uow.archive.classify([identity], Classification(file_id=file.id), actor="import")
        uow.commit()
    return identity, file.id, word


def ids(visitor: Visitor, tmp_path: Path) -> set[UUID]:
    """What is in the package that has just been sent, whole."""
    assert visitor.page.headers["Content-Disposition"].startswith("attachment;")
    container = tmp_path / f"{uuid4()}.zip"
    container.write_bytes(visitor.page.get_data())
    visitor.page.close()
    with opened(container) as folder:
        assert check_package(folder) == []
        return {UUID(told["id"]) for told, _ in packaged_documents(folder)}


def newest(office: Office) -> UUID:
    with office.reading() as uow:
        return uow.session.scalars(sa.select(ExportRow.id).order_by(ExportRow.asked_at.desc())).first() or uuid4()


def test_documents_go_out_to_whoever_asked(
    app: Flask,
    visitor: Visitor,
    office: Office,
    filed: tuple[UUID, UUID, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document, file, word = filed
    visitor.sign_in("archivist")
    visitor.get(f"/archive/{document}")
    for shape, ending in (("eark-sip", ".zip"), ("asice", ".asice")):
        visitor.post(f"/archive/exports/documents/{document}", {"shape": shape}, token=visitor.token())
        assert ending in visitor.page.headers["Content-Disposition"]
        assert ids(visitor, tmp_path) == {document}
        visitor.get(f"/archive/{document}")
    assert "exported" in visitor.text

    visitor.get(f"/archive?text={word}")
    fields = {"form_id": visitor.field("form_id"), "shape": "readable", "text": word}
    with monkeypatch.context() as patch:
        patch.setattr(start_export, "MOST_AT_ONCE", 0)
        visitor.post("/archive/exports", fields)
        assert "More than 0 documents are found." in visitor.text
        assert visitor.page.request.args["text"] == word
    visitor.post("/archive/exports", fields)
    assert visitor.path == "/archive/exports"
    assert "Under way" in visitor.text
    visitor.post("/archive/exports", fields)
    assert visitor.text.count("Under way") == 1, "the same form again is the same package"
    searched = newest(office)
    assert visitor.get(f"/archive/exports/{searched}").status_code == 404
    assert make_export(office, searched) == "ready"
    assert 'hx-get="/archive/exports/part"' not in visitor.get("/archive/exports/part").get_data(as_text=True)
    visitor.get(visitor.link("/archive/exports/[0-9a-f-]{36}"))
    assert ids(visitor, tmp_path) == {document}

    visitor.get(f"/archive/arrangement/file/{file}")
    visitor.post(f"/archive/exports/files/{file}", {"form_id": visitor.field("form_id"), "shape": "bagit"})
    assert make_export(office, newest(office)) == "ready"
    visitor.get(f"/archive/exports/{newest(office)}")
    assert document in ids(visitor, tmp_path)

    other = Visitor(app, accounts(office.settings.home))
    other.sign_in("clerk")
    assert "You have no packages" in other.get("/archive/exports").get_data(as_text=True)
    token = other.token()
    assert other.get(f"/archive/exports/{searched}").status_code == 404
    assert other.post(f"/archive/exports/{searched}/drop", token=token).status_code == 404
    visitor.get("/archive/exports")
    visitor.post(f"/archive/exports/{searched}/drop")
    assert "The package is removed." in visitor.text
    assert visitor.get(f"/archive/exports/{searched}").status_code == 404
