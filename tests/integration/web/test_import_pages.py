"""An archivist takes a package of another archive in at a page: checked whole, into a body they keep."""

import io
from uuid import UUID, uuid4

import pytest
from visitor import Visitor

from archive.service import Accession
from processes.demo.people import demo_id
from processes.office import Office
from processes.tables import AuditRow
from processes.use_cases.start_export import ExportOne, PackageShape, export_one

DATABASES = ("sqlite",)
PLACE = "/archive/imports"
BODY = str(demo_id("body", "executive"))


@pytest.fixture
def given_out(office: Office) -> tuple[UUID, dict[PackageShape, bytes]]:
    """A document, and packages of it."""
    identity = uuid4()
    with office.unit_of_work() as uow:
        blob = office.blobs.put(b"%PDF-1.7 " + identity.bytes)
        accession = Accession(id=identity, owner=BODY, number="P-1", type="letter", title="Yol", blob=blob)
        uow.archive.accession(accession, actor="test")
        uow.commit()
    packages = {}
    for shape in (PackageShape.BAGIT, PackageShape.AIP, PackageShape.ASICE):
        by = demo_id("person", "archivist")
        _, file = export_one(office, ExportOne(document_id=identity, shape=shape, language="en", by=by))
        with file:
            packages[shape] = file.read()
    return identity, packages


def hand_in(visitor: Visitor, name: str, content: bytes, **more: str) -> int:
    return visitor.post(PLACE, {"body": BODY, "package": (io.BytesIO(content), name), **more}).status_code


def test_a_package_is_taken_in_once_and_a_changed_one_is_not(
    visitor: Visitor, office: Office, given_out: tuple[UUID, dict[PackageShape, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, packages = given_out
    visitor.sign_in("archivist")
    visitor.get(PLACE)
    assert visitor.post(PLACE, {"body": BODY}).status_code == 422
    assert visitor.errors == ["Choose a package first."]
    assert 'aria-current="page">Taking in<' in visitor.text
    bag = packages[PackageShape.BAGIT]
    for name, broken in (("a.zip", b"PK\x03\x04"), ("b.zip", bag[: len(bag) // 2]), ("c.zip", b"MZ"), ("..", bag[:9])):
        assert hand_in(visitor, name, broken) == 422
        assert visitor.errors[0] == "Nothing of the package is taken."
        assert "Rule: not-a-zip." in visitor.errors[1] or "Rule: no-manifest." in visitor.errors[1], visitor.errors
    assert hand_in(visitor, "p.zip", bag, state_secret="yes") in {403, 409, 422}
    assert "documents are in the archive" not in visitor.text
    visitor.get(PLACE)
    for shape, content in packages.items():
        assert hand_in(visitor, "p.asice" if shape.is_file else "p.zip", content) == 200, visitor.errors
        assert "was there already" in visitor.text
    # what another archive gave out has ids that are new here
    monkeypatch.setattr("processes.use_cases.import_package.UUID", lambda text: UUID(int=UUID(text).int ^ 1))
    assert hand_in(visitor, "p.zip", bag) == 200
    assert "1 document is in the archive" in visitor.text
    assert "taken in" in visitor.text
    with office.reading() as uow:
        new = UUID(int=identity.int ^ 1)
        assert uow.archive.fetch(new) == uow.archive.fetch(identity)
        assert uow.archive.custody(new)[-1].actor == str(demo_id("person", "archivist"))
        assert uow.session.query(AuditRow).filter_by(action="archive:import").count() == len(packages) + 1


def test_another_document_under_the_same_id_is_refused_and_one_disposed_of_stays_so(
    visitor: Visitor, office: Office, given_out: tuple[UUID, dict[PackageShape, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, packages = given_out
    with office.unit_of_work() as uow:
        accession = Accession(
            id=uuid4(), owner=BODY, number="P-2", type="letter", title="Su", blob=office.blobs.put(b"%PDF-1.7 another")
        )
        other = uow.archive.accession(accession, actor="test").id
        uow.commit()
    visitor.sign_in("archivist")
    visitor.get(f"{PLACE}?lang=kk")
    with monkeypatch.context() as patch:
        patch.setattr("processes.use_cases.import_package.UUID", lambda text: other)
        assert hand_in(visitor, "p.zip", packages[PackageShape.BAGIT]) == 422
    assert "Ереже: conflict." in visitor.errors[1]
    assert "Не істеу керек" in visitor.text
    with office.unit_of_work() as uow:
        uow.archive._store.update(identity, status="destroyed")
        uow.commit()
    visitor.get(f"{PLACE}?lang=en")
    assert hand_in(visitor, "p.zip", packages[PackageShape.BAGIT]) == 200
    assert "was disposed of here, and stays so" in visitor.text
    with office.reading() as uow:
        assert uow.archive.document(identity).status == "destroyed"


def test_only_into_a_body_one_keeps(visitor: Visitor, given_out: tuple[UUID, dict[PackageShape, bytes]]) -> None:
    visitor.sign_in("clerk")
    assert visitor.get(PLACE).status_code == 403
    visitor.get("/inbox")
    assert hand_in(visitor, "p.zip", given_out[1][PackageShape.BAGIT]) == 403
