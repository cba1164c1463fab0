"""Fonds, series and files; retention as applied to documents; holds."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.arrangement import Series
from archive.blobs.memory import MemoryBlobStore
from archive.documents import AccessLevel, ArchivedDocument, Classification
from archive.errors import (
    AccessGroundMissing,
    CodeTaken,
    DocumentNotFound,
    DocumentOnHold,
    FileClosed,
    HoldAlreadyLifted,
    HoldNotFound,
    InvalidMetadata,
    RetentionClassNotFound,
    StateSecretRefused,
    UnitNotFound,
    UnknownStartRule,
)
from archive.holds import HoldTarget
from archive.retention import RetentionClass
from archive.search import FacetValue, SearchQuery
from archive.service import Archive

TakeIn = Callable[..., ArchivedDocument]
TITLE = {"az": "Xidmətlər", "kk": "Қызметтер", "ru": "Услуги", "en": "Services"}


def retention(code: str = "five-years", starts: str = "case_closed", years: int | None = 5) -> RetentionClass:
    return RetentionClass(
        code=code, title=TITLE, starts=starts, years=years, action="review", ground="Nomenklatura, maddə 7"
    )


@pytest.fixture
def series(archive: Archive) -> Series:
    archive.save_retention_class(retention())
    fonds = archive.create_fonds(code="F1", title=TITLE, owner="housing")
    return archive.create_series(fonds.id, code="01", title=TITLE, retention_class="five-years")


def test_the_tree(archive: Archive, series: Series) -> None:
    (fonds,) = archive.fonds()
    assert archive.fonds("housing") == [fonds]
    assert archive.fonds("agency") == []
    assert archive.series(fonds.id) == archive.series() == [series]
    file = archive.create_file(series.id, title="Anketlər 2026")
    assert (file.code, file.documents) == ("01-00001", 0)
    assert archive.files(series.id) == [file]
    assert archive.create_file(series.id, title="Anketlər 2027").code == "01-00002"


def test_a_code_is_taken_once(archive: Archive, series: Series) -> None:
    with pytest.raises(CodeTaken):
        archive.create_fonds(code="F1", title=TITLE, owner="agency")
    with pytest.raises(CodeTaken):
        archive.create_series(series.fonds_id, code="01", title=TITLE, retention_class="five-years")
    archive.create_file(series.id, title="a", code="x")
    with pytest.raises(CodeTaken):
        archive.create_file(series.id, title="b", code="x")
    assert len(archive.fonds()) == 1


def test_what_is_not_there_is_named(archive: Archive, nobody: UUID) -> None:
    with pytest.raises(UnitNotFound):
        archive.create_series(nobody, code="1", title=TITLE, retention_class="five-years")
    with pytest.raises(UnitNotFound):
        archive.create_file(nobody, title="x")
    with pytest.raises(UnitNotFound):
        archive.file(nobody)
    with pytest.raises(HoldNotFound):
        archive.lift_hold(nobody, ground="x", actor="a")


def test_all_documents_of_a_case_are_classified_at_once(archive: Archive, take_in: TakeIn, series: Series) -> None:
    taken = [take_in(bytes([place])).id for place in range(3)]
    decision = Classification(series_id=series.id, file_title="Anketlər 2026", note="tam")
    file = archive.classify(taken, decision, actor="archivist")
    assert file is not None
    assert file.documents == 3
    assert [document.id for document in archive.file_documents(file.id)] == taken
    for document_id in taken:
        document = archive.document(document_id)
        assert (document.file_id, document.retention_class) == (file.id, "five-years")
        event = archive.custody(document_id)[-1]
        assert (event.event, event.details) == ("classified", {"file": file.code, "note": "tam"})
        archive.verify_custody(document_id)


def test_the_archivists_class_goes_before_the_series(archive: Archive, take_in: TakeIn, series: Series) -> None:
    archive.save_retention_class(retention("permanent", years=None))
    file = archive.create_file(series.id, title="x")
    document = take_in()
    archive.classify([document.id], Classification(file_id=file.id, retention_class="permanent"), actor="a")
    assert archive.document(document.id).retention_class == "permanent"


def test_a_closed_file_takes_no_more(archive: Archive, take_in: TakeIn, series: Series, now: datetime) -> None:
    file = archive.create_file(series.id, title="x")
    assert archive.close_file(file.id).closed_at == now
    document = take_in()
    with pytest.raises(FileClosed):
        archive.classify([document.id], Classification(file_id=file.id), actor="a")
    with pytest.raises(FileClosed):
        archive.close_file(file.id)


def test_a_wrong_decision_changes_nothing(archive: Archive, take_in: TakeIn, series: Series, nobody: UUID) -> None:
    document = take_in()
    for decision, error in (
        (Classification(series_id=series.id), InvalidMetadata),
        (Classification(series_id=nobody, file_title="x"), UnitNotFound),
        (Classification(file_id=nobody), UnitNotFound),
        (Classification(retention_class="unknown"), RetentionClassNotFound),
        (Classification(access_level="state_secret"), StateSecretRefused),
        (Classification(access_flags=("state_secret",)), StateSecretRefused),
        (Classification(access_level="top"), InvalidMetadata),
        (Classification(access_level="official_use"), AccessGroundMissing),
    ):
        with pytest.raises(error):
            archive.classify([document.id], decision, actor="a")
    with pytest.raises(DocumentNotFound):
        archive.classify([document.id, nobody], Classification(note="x"), actor="a")
    assert archive.document(document.id) == document


def test_a_restriction_has_its_ground_and_end_and_goes_with_them(archive: Archive, take_in: TakeIn) -> None:
    """B9, B16."""
    document = take_in()
    decision = Classification(
        access_level=AccessLevel.OFFICIAL_USE,
        access_ground="İnformasiya əldə etmək haqqında Qanun, 34",
        access_until=date(2031, 3, 19),
        access_flags=("personal_data",),
    )
    archive.classify([document.id], decision, actor="a")
    restricted = archive.document(document.id)
    assert (restricted.access_level, restricted.access_until) == ("official_use", date(2031, 3, 19))
    assert restricted.access_flags == ("personal_data",)
    assert archive.search(SearchQuery(), Visibility.public()).total == 0
    archive.classify([document.id], Classification(access_level="open", note="term ended"), actor="a")
    assert archive.search(SearchQuery(), Visibility.public()).total == 0  # personal data stay restricted
    archive.classify([document.id], Classification(access_flags=()), actor="a")
    opened = archive.document(document.id)
    assert (opened.access_level, opened.access_ground, opened.access_until) == ("open", None, None)
    assert archive.search(SearchQuery(), Visibility.public()).total == 1


def test_search_by_place_in_the_archive(archive: Archive, take_in: TakeIn, series: Series) -> None:
    document = take_in()
    take_in(b"elsewhere")
    file = archive.classify([document.id], Classification(series_id=series.id, file_title="x"), actor="a")
    assert file is not None
    for query in (
        SearchQuery(fonds_id=series.fonds_id),
        SearchQuery(series_id=series.id),
        SearchQuery(file_id=file.id),
        SearchQuery(retention_class="five-years"),
    ):
        assert [hit.id for hit in archive.search(query, Visibility.everything()).documents] == [document.id]
    facets = archive.search(SearchQuery(), Visibility.everything()).facets
    assert set(facets["fonds"]) == {FacetValue(value=None, count=1), FacetValue(value=str(series.fonds_id), count=1)}


def test_a_class_that_cannot_be_applied_is_refused(archive: Archive) -> None:
    with pytest.raises(UnknownStartRule):
        archive.save_retention_class(retention(starts="someday"))
    for years in (0, -5):
        with pytest.raises(InvalidMetadata):
            archive.save_retention_class(retention(years=years))
    with pytest.raises(InvalidMetadata):
        archive.save_retention_class(
            RetentionClass(code="x", title=TITLE, starts="year_end", years=1, action="burn", ground="7")
        )
    with pytest.raises(InvalidMetadata):
        archive.save_retention_class(
            RetentionClass(code="x", title=TITLE, starts="year_end", years=1, action="destroy", ground=" ")
        )
    assert archive.retention_classes() == []


def test_the_period_begins_when_the_case_is_closed(archive: Archive, take_in: TakeIn, series: Series) -> None:
    document = take_in()
    archive.classify([document.id], Classification(series_id=series.id, file_title="x"), actor="a")
    assert archive.document(document.id).dispose_after is None
    archive.record_retention_facts([document.id], {"case_closed_on": date(2026, 4, 1)}, actor="job")
    kept = archive.document(document.id)
    assert (kept.retention_starts, kept.dispose_after) == (date(2026, 4, 1), date(2031, 4, 1))
    with pytest.raises(InvalidMetadata):
        archive.record_retention_facts([document.id], {"whenever": date(2026, 4, 1)}, actor="job")


def test_facts_known_before_the_classification_count(archive: Archive, take_in: TakeIn, series: Series) -> None:
    document = take_in()
    archive.record_retention_facts([document.id], {"case_closed_on": date(2026, 4, 1)}, actor="job")
    archive.classify([document.id], Classification(series_id=series.id, file_title="x"), actor="a")
    assert archive.document(document.id).dispose_after == date(2031, 4, 1)


def test_a_changed_class_changes_the_periods_of_its_documents(
    archive: Archive, take_in: TakeIn, series: Series
) -> None:
    documents = [take_in(bytes([place])).id for place in range(3)]
    archive.classify(documents, Classification(series_id=series.id, file_title="x"), actor="a")
    archive.record_retention_facts(documents, {"case_closed_on": date(2026, 4, 1)}, actor="job")
    assert archive.save_retention_class(retention(starts="year_end", years=10)) == 3
    assert {archive.document(each).dispose_after for each in documents} == {date(2037, 1, 1)}
    assert archive.retention_classes() == [retention(starts="year_end", years=10)]


def overdue(archive: Archive, on: date = date(2031, 4, 2)) -> list[UUID]:
    return [document.id for document in archive.review_lists.due(on=on)]


def test_a_hold_always_wins(archive: Archive, take_in: TakeIn, series: Series) -> None:
    document = take_in()
    file = archive.classify([document.id], Classification(series_id=series.id, file_title="x"), actor="a")
    assert file is not None
    archive.record_retention_facts([document.id], {"case_closed_on": date(2026, 4, 1)}, actor="job")
    assert overdue(archive, on=date(2031, 4, 1)) == []  # the last day still belongs to the period
    assert overdue(archive) == [document.id]
    archive.disposal.require_removable(archive.document(document.id), None)

    on_document = archive.place_hold(HoldTarget(document_id=document.id), ground="court order 5", actor="lawyer")
    on_file = archive.place_hold(HoldTarget(file_id=file.id), ground="inspection", actor="lawyer")
    assert overdue(archive) == []
    with pytest.raises(DocumentOnHold) as held:
        archive.disposal.require_removable(archive.document(document.id), None)
    assert set(held.value.grounds) == {"court order 5", "inspection"}

    archive.lift_hold(on_document.id, ground="order lifted", actor="lawyer")
    assert overdue(archive) == []
    archive.lift_hold(on_file.id, ground="inspection over", actor="lawyer")
    assert overdue(archive) == [document.id]
    assert {hold.lifted_ground for hold in archive.holds(document.id)} == {"order lifted", "inspection over"}
    events = [event.event for event in archive.custody(document.id)]
    assert events[-4:] == ["held", "held", "released", "released"]
    archive.verify_custody(document.id)


def test_a_hold_on_a_file_covers_documents_that_come_later(archive: Archive, take_in: TakeIn, series: Series) -> None:
    file = archive.create_file(series.id, title="x")
    archive.place_hold(HoldTarget(file_id=file.id), ground="inspection", actor="lawyer")
    document = take_in()
    archive.classify([document.id], Classification(file_id=file.id), actor="a")
    with pytest.raises(DocumentOnHold):
        archive.disposal.require_removable(archive.document(document.id), None)


def test_a_hold_needs_a_ground_a_target_and_is_lifted_once(archive: Archive, take_in: TakeIn, nobody: UUID) -> None:
    document = take_in()
    for target in ({}, {"document_id": document.id, "file_id": nobody}):
        with pytest.raises(InvalidMetadata):
            HoldTarget(**target)
    with pytest.raises(InvalidMetadata):
        archive.place_hold(HoldTarget(document_id=document.id), ground=" ", actor="x")
    with pytest.raises(DocumentNotFound):
        archive.place_hold(HoldTarget(document_id=nobody), ground="x", actor="x")
    with pytest.raises(UnitNotFound):
        archive.place_hold(HoldTarget(file_id=nobody), ground="x", actor="x")
    hold = archive.place_hold(HoldTarget(document_id=document.id), ground="x", actor="x")
    archive.lift_hold(hold.id, ground="y", actor="x")
    with pytest.raises(HoldAlreadyLifted):
        archive.lift_hold(hold.id, ground="y", actor="x")


def test_lists_cost_the_same_number_of_statements_whatever_their_length(
    archive: Archive, session: Session, blobs: MemoryBlobStore, take_in: TakeIn, series: Series, now: datetime
) -> None:
    """No N+1: classification, search, audit and lists."""
    case = uuid4()
    small = [take_in(bytes([place]), case_id=case).id for place in range(2)]
    large = [take_in(bytes([9, place]), case_id=case).id for place in range(30)]
    later = Archive(session, blobs=blobs, now=now + timedelta(hours=1))
    statements: list[str] = []
    engine = session.get_bind()

    def count(act: Callable[[], object]) -> int:
        statements.clear()
        act()
        return len(statements)

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    decision = Classification(series_id=series.id, file_title="x", retention_class="five-years")
    assert count(lambda: later.classify(small, decision, actor="a")) == count(
        lambda: later.classify(large, decision, actor="a")
    )
    everything = Visibility.everything()
    assert count(lambda: later.search(SearchQuery(text="anket", limit=2), everything)) == count(
        lambda: later.search(SearchQuery(text="anket", limit=30), everything)
    )
    assert count(lambda: later.case_documents(case)) == 1
    assert count(later.fixity.check) == 3
    assert count(lambda: later.files(series.id)) == 1
