"""Who reads the papers of a case: its people, its unit, its body, as their mandates say; and every view is noted."""

from uuid import UUID

import pytest
from rehearsal import ANSWERED, APPEAL, Rehearsal

from archive.service import Classification
from processes.access import may_see_case
from processes.errors import NotFound, NotPermitted
from processes.queries.archive import archive_record
from processes.queries.archive_list import ArchiveFilter, archive_list
from processes.queries.case_page import case_page
from processes.queries.cases import CaseFilter, case_list
from processes.sealing import verify_code as code_of
from processes.tables import CaseRow, MandateRow, UnitRow
from processes.use_cases.verify_document import verify_code
from processes.use_cases.view_document import ViewDocument, view_document


def limit_to(rehearsal: Rehearsal, login: str, unit: UUID | None) -> None:
    with rehearsal.office.unit_of_work() as uow:
        assert uow.update(MandateRow, {"holder_id": rehearsal.person(login)}, unit_id=unit)
        uow.commit()


def reads(rehearsal: Rehearsal, login: str, document_id: UUID) -> bool:
    """Whether the document opens; list, record and case page must say the same."""
    office, person = rehearsal.office, rehearsal.person(login)
    found = document_id in {line.id for line in archive_list(office, person, ArchiveFilter()).lines}
    try:
        view_document(office, ViewDocument(document_id=document_id, by=person))
    except NotPermitted:
        assert not found
        with pytest.raises(NotPermitted):
            archive_record(office, document_id, person)
        return False
    assert archive_record(office, document_id, person).document.id == document_id
    return True


def sees(rehearsal: Rehearsal, login: str, case_id: UUID) -> bool:
    office, person = rehearsal.office, rehearsal.person(login)
    with office.reading() as uow:
        seen = may_see_case(uow, person, case_id)
    assert seen == (case_id in {line.id for line in case_list(office, person, CaseFilter()).lines})
    return seen


def test_by_unit_by_case_and_by_level(rehearsal: Rehearsal) -> None:
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    office = rehearsal.office
    with office.reading() as uow:
        first = uow.archive.case_documents(case_id)[0]
        case = uow.session.get_one(CaseRow, case_id)
        units = list(uow.session.query(UnitRow).filter_by(body_id=case.body_id))
    mine, other = units[0].id, units[-1].id
    assert mine != other
    assert reads(rehearsal, "executor2", first.id), "a mandate of the whole body"
    assert sees(rehearsal, "executor2", case_id)

    limit_to(rehearsal, "executor2", mine)
    assert not reads(rehearsal, "executor2", first.id), "papers of no unit are not this unit's"
    assert not sees(rehearsal, "executor2", case_id)
    with office.unit_of_work() as uow:
        ids = [one.id for one in uow.archive.case_documents(case_id)]
        uow.archive.classify(ids, Classification(unit=str(mine)), actor="test")
        uow.update(CaseRow, {"id": case_id}, unit_id=mine)
        uow.commit()
    assert reads(rehearsal, "executor2", first.id), "its unit's papers"
    assert sees(rehearsal, "executor2", case_id)
    limit_to(rehearsal, "executor2", other)
    assert not reads(rehearsal, "executor2", first.id), "another unit's"
    assert not sees(rehearsal, "executor2", case_id)
    limit_to(rehearsal, "clerk", other)
    assert reads(rehearsal, "clerk", first.id), "who signed in the case needs to know it"
    assert sees(rehearsal, "clerk", case_id)

    limit_to(rehearsal, "executor2", None)
    with office.unit_of_work() as uow:
        decision = Classification(access_level="commercial_secret", access_ground="Qanun, 7")
        uow.archive.classify([first.id], decision, actor="test")
        uow.commit()
    assert not reads(rehearsal, "executor2", first.id), "that one sees the case is not enough"
    seen = case_page(office, case_id, rehearsal.person("executor2"))
    assert first.id not in {one.id for one in seen.documents} | {one.document_id for one in seen.timeline}
    assert reads(rehearsal, "archivist", first.id)
    assert reads(rehearsal, "head", first.id)
    assert verify_code(office, code_of(first.id)).title is None

    refused = [line.actor for line in rehearsal.audit("archive:document:refused")]
    assert refused == [str(rehearsal.person("executor2"))] * 3
    viewed = [line.actor for line in rehearsal.audit("archive:document:view")]
    assert str(rehearsal.person("archivist")) in viewed


def test_what_is_locked_away_is_nowhere(rehearsal: Rehearsal) -> None:
    """B16: not for its signer, not for the supervisor, not by its code; only for the two who remove it."""
    case_id = rehearsal.play(APPEAL, ANSWERED, until="resolution")
    office, people = rehearsal.office, {login: rehearsal.person(login) for login in ("archivist", "head", "clerk")}
    with office.unit_of_work() as uow:
        found = uow.archive.case_documents(case_id)[0]
        uow.archive.quarantine.place(
            found.id, ground="Siyahı, 7", placed_by=str(people["archivist"]), second=str(people["head"]), at=uow.now
        )
        uow.commit()
    for login in ("archivist", "head"):
        assert view_document(office, ViewDocument(document_id=found.id, by=people[login]))[1]
    with pytest.raises(NotFound):
        view_document(office, ViewDocument(document_id=found.id, by=people["clerk"]))
    with pytest.raises(NotFound):
        verify_code(office, code_of(found.id))
    page = case_page(office, case_id, people["clerk"])
    assert found.id not in {one.id for one in page.documents} | {one.document_id for one in page.timeline}


def test_a_case_belongs_to_the_unit_of_whoever_begins_it(rehearsal: Rehearsal) -> None:
    from minutes import KEY, deploy_minutes

    deploy_minutes(rehearsal.office)
    with rehearsal.office.reading() as uow:
        unit = uow.session.query(UnitRow).filter_by(body_id=rehearsal.body("executive")).first()
    assert unit is not None
    limit_to(rehearsal, "head", unit.id)
    case = rehearsal.start(KEY, "executive", "head")
    (row,) = rehearsal.rows(CaseRow, id=case.case_id)
    assert row.unit_id == unit.id
