"""The pages of proof: evidence of a document and of the archive, audits and their reports."""

import pytest
import sqlalchemy as sa
from flask import Flask
from visitor import Visitor

from archive.tables import DocumentRow
from processes.auditing import JOB, run_audit
from processes.demo.founding import accounts
from processes.evidence import make_evidence
from processes.evidence_records import evidence_trust
from processes.office import Office
from signing.evidence_validation import hashes_of, validate_evidence
from signing.report import Verdict

DATABASES = ["sqlite"]


@pytest.fixture
def archivist(app: Flask, office: Office) -> Visitor:
    visitor = Visitor(app, accounts(office.settings.home))
    visitor.sign_in("archivist")
    return visitor


def test_evidence_and_audits_have_pages_for_those_who_keep_the_archive(
    app: Flask, archivist: Visitor, office: Office
) -> None:
    with office.reading() as uow:
        document = uow.archive.documents(list(uow.session.scalars(sa.select(DocumentRow.id))))[0]
        content = uow.archive.fetch(document.id)
    archivist.get(f"/archive/{document.id}?lang=en")
    assert "None yet: it is made once a day." in archivist.text
    archivist.get("/archive/proof/evidence")
    assert "No evidence has been made yet" in archivist.text
    [made] = make_evidence(office)
    archivist.get("/archive/proof/evidence")
    assert f"{made.objects} objects" in archivist.text
    archivist.get(f"/archive/{document.id}")
    assert "Existed at the latest on" in archivist.text
    record = archivist.get(archivist.link('/archive/proof/records/[^"]*')).data
    assert validate_evidence(record, hashes_of(content), evidence_trust(office)).verdict is Verdict.TOTAL_PASSED

    archivist.get("/archive/proof/audits")
    assert "Nothing was audited yet" in archivist.text
    archivist.post("/archive/proof/audits")
    assert "The audit begins" in archivist.text
    with office.database.begin() as connection:
        waiting = connection.exec_driver_sql(f"SELECT count(*) FROM workflow_status WHERE name = '{JOB}'").scalar()
        connection.execute(sa.update(DocumentRow).where(DocumentRow.id == document.id).values(title="another"))
    assert waiting == 1
    run_audit(office, by="system")
    archivist.get("/archive/proof/audits")
    assert "1 finding" in archivist.text
    archivist.get(archivist.link('/archive/proof/audits/[^"]*'))
    assert document.number in archivist.text
    assert "the description was changed" in archivist.text


def test_others_do_not_see_what_the_archive_can_prove(app: Flask, office: Office) -> None:
    visitor = Visitor(app, accounts(office.settings.home))
    visitor.sign_in("clerk")
    for path in ("/archive/proof/evidence", "/archive/proof/audits", f"/archive/proof/audits/{'0' * 32}"):
        assert visitor.get(path).status_code in {403, 404}
