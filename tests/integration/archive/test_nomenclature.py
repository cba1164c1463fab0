"""The tree as an archivist edits it, its history, and the nomenclature of files of a body and year."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from archive.arrangement import Fonds, Series
from archive.documents import ArchivedDocument, Classification
from archive.errors import (
    CodeTaken,
    FileClosed,
    ForeignUnit,
    InvalidMetadata,
    NomenclatureState,
    UnitClosed,
    UnitNotEmpty,
    UnitNotFound,
)
from archive.nomenclature import NomenclatureLine
from archive.retention import RetentionClass
from archive.service import Archive, SearchQuery, Visibility

TITLE = {"az": "Xidmətlər", "kk": "Қызметтер", "ru": "Услуги", "en": "Services"}


@pytest.fixture
def fonds(archive: Archive) -> Fonds:
    return archive.create_fonds(code="F1", title=TITLE, owner="housing")


@pytest.fixture
def series(archive: Archive, fonds: Fonds) -> Series:
    return archive.create_series(fonds.id, code="01", title=TITLE, retention_class="five-years")


def line(series: Series, index: str = "01-05", **said: str) -> NomenclatureLine:
    values = {"title": "Müraciətlər", "retention_class": "five-years", "article": "m. 75", **said}
    return NomenclatureLine(index=index, series_id=series.id, **values)


def test_a_sub_series_is_part_of_its_series_wherever_that_goes(
    archive: Archive, fonds: Fonds, series: Series, now: datetime, take_in: Callable[..., ArchivedDocument]
) -> None:
    tree = archive.arrangement
    part = tree.create_series(fonds.id, code="01-1", title=TITLE, retention_class="five-years", above_id=series.id)
    assert tree.subseries(series.id) == [part]
    assert archive.series(fonds.id) == [series, part]
    with pytest.raises(InvalidMetadata):
        tree.create_series(fonds.id, code="01-1-1", title=TITLE, retention_class="five-years", above_id=part.id)
    file = archive.create_file(part.id, title="Anketlər")
    five = RetentionClass(code="five-years", title=TITLE, starts="event", years=5, action="review", ground="m. 75")
    archive.save_retention_class(five)
    document = take_in()
    archive.classify([document.id], Classification(file_id=file.id), actor="ann")
    everything = Visibility(owners=None, levels={}, cases=frozenset())
    found = archive.search(SearchQuery(series_id=series.id), everything).documents
    assert [each.id for each in found] == [document.id]
    with pytest.raises(UnitNotEmpty):
        tree.close("series", series.id, at=now)
    second = archive.create_fonds(code="F2", title=TITLE, owner="housing")
    tree.move("series", series.id, second.id)
    assert (tree.one_series(part.id).fonds_id, archive.series(fonds.id)) == (second.id, [])
    other = archive.create_series(fonds.id, code="02", title=TITLE, retention_class="five-years")
    for wrong in (other.id, series.id):
        with pytest.raises(InvalidMetadata):
            tree.move("series", series.id, wrong)  # it has a part, and is not part of itself
    tree.move("series", part.id, other.id)
    moved = tree.one_series(part.id)
    assert (moved.above_id, moved.fonds_id) == (other.id, fonds.id)
    with pytest.raises(InvalidMetadata):
        tree.move("series", series.id, part.id)
    tree.move("series", part.id, second.id)
    assert tree.one_series(part.id).above_id is None
    assert tree.owner_of("file", file.id) == "housing"


def test_units_are_described_renamed_and_their_history_is_kept(
    archive: Archive, series: Series, now: datetime, nobody: UUID
) -> None:
    tree = archive.arrangement
    file = archive.create_file(series.id, title="Anketlər")
    tree.describe("file", file.id, code="A-1", title="Anketlər 2026", description={"scope": " Bütün ", "note": " "})
    tree.note(file.id, "described", at=now, actor="ann", details={"code": "A-1"})
    tree.note(file.id, "closed", at=now, actor="ann", details={})
    renamed = archive.file(file.id)
    assert (renamed.code, renamed.title, renamed.description) == ("A-1", "Anketlər 2026", {"scope": "Bütün"})
    assert [(each.seq, each.event, each.actor) for each in tree.history(file.id)] == [
        (1, "described", "ann"),
        (2, "closed", "ann"),
    ]
    other = archive.create_file(series.id, title="x", code="A-2")
    with pytest.raises(CodeTaken):
        tree.describe("file", other.id, code="A-1", title="x", description={})
    for wrong in ({"colour": "red"}, {"scope": "x" * 5001}):
        with pytest.raises(InvalidMetadata):
            tree.describe("series", series.id, code="01", title=TITLE, description=wrong)
    with pytest.raises(UnitNotFound):
        tree.describe("fonds", nobody, code="x", title=TITLE, description={})


def test_units_move_within_their_body_only(archive: Archive, fonds: Fonds, series: Series) -> None:
    tree = archive.arrangement
    second = archive.create_fonds(code="F2", title=TITLE, owner="housing")
    foreign = archive.create_fonds(code="F3", title=TITLE, owner="agency")
    file = archive.create_file(series.id, title="Anketlər")
    tree.move("series", series.id, second.id)
    assert archive.series(second.id)[0].id == series.id
    assert tree.owner_of("file", file.id) == "housing"
    with pytest.raises(ForeignUnit):
        tree.move("series", series.id, foreign.id)
    target = archive.create_series(fonds.id, code="02", title=TITLE, retention_class="five-years")
    tree.move("file", file.id, target.id)
    assert archive.files(target.id)[0].id == file.id
    archive.create_file(series.id, title="y", code=file.code)
    with pytest.raises(CodeTaken):
        tree.move("file", file.id, series.id)


def test_what_is_closed_takes_nothing_more(archive: Archive, fonds: Fonds, series: Series, now: datetime) -> None:
    tree = archive.arrangement
    file = archive.create_file(series.id, title="x")
    with pytest.raises(UnitNotEmpty):
        tree.close("series", series.id, at=now)
    archive.close_file(file.id)
    with pytest.raises(UnitNotEmpty):
        tree.close("fonds", fonds.id, at=now)
    tree.close("series", series.id, at=now)
    with pytest.raises(UnitClosed):
        tree.close("series", series.id, at=now)
    with pytest.raises(UnitClosed):
        archive.create_file(series.id, title="y")
    tree.close("fonds", fonds.id, at=now)
    with pytest.raises(UnitClosed):
        archive.create_series(fonds.id, code="02", title=TITLE, retention_class="five-years")
    second = archive.create_fonds(code="F2", title=TITLE, owner="housing")
    tree.move("series", series.id, second.id)
    with pytest.raises(UnitClosed):
        tree.move("series", series.id, fonds.id)


def test_a_nomenclature_is_drafted_approved_closed_and_copied(archive: Archive, series: Series, now: datetime) -> None:
    """İşlərin nomenklaturası: index, title, period, article, per body and year."""
    house = archive.nomenclatures
    draft = house.create("housing", 2026)
    with pytest.raises(CodeTaken):
        house.create("housing", 2026)
    first = house.add(draft.id, line(series))
    second = house.add(draft.id, line(series, "01-06"))
    third = house.add(draft.id, line(series, "01-07"))
    with pytest.raises(CodeTaken):
        house.add(draft.id, line(series))
    with pytest.raises(CodeTaken):
        house.change(draft.id, second.id, line(series, "01-05"))
    house.change(draft.id, second.id, line(series, "01-06", title="Şikayətlər"))
    house.remove(draft.id, third.id)
    with pytest.raises(UnitNotFound):
        house.remove(draft.id, third.id)
    with pytest.raises(InvalidMetadata):
        house.approve(draft.id, ground=" ", actor="ann", at=now)
    with pytest.raises(NomenclatureState):
        house.close(draft.id, actor="ann", at=now)

    opened = house.approve(draft.id, ground="Əmr № 3, 05.01.2026", actor="ann", at=now)
    assert [archive.file(each).code for each in opened] == ["01-05/2026", "01-06/2026"]
    assert [archive.file(each).title for each in opened] == ["Müraciətlər", "Şikayətlər"]
    assert [each.file_id for each in house.entries(draft.id)] == opened
    assert archive.arrangement.history(opened[0])[0].details["index"] == "01-05"
    for late in (
        lambda: house.add(draft.id, line(series, "01-09")),
        lambda: house.change(draft.id, first.id, line(series)),
        lambda: house.remove(draft.id, first.id),
        lambda: house.approve(draft.id, ground="x", actor="ann", at=now),
    ):
        with pytest.raises(NomenclatureState):
            late()

    archive.close_file(opened[0])
    assert house.close(draft.id, actor="bob", at=now) == [opened[1]]
    with pytest.raises(FileClosed):
        archive.close_file(opened[1])
    closed = house.one(draft.id)
    assert (closed.state, closed.ground, closed.closed_by) == ("closed", "Əmr № 3, 05.01.2026", "bob")

    following = house.copy(draft.id, 2027)
    assert following.state == "draft"
    assert [(each.index, each.title, each.file_id) for each in house.entries(following.id)] == [
        ("01-05", "Müraciətlər", None),
        ("01-06", "Şikayətlər", None),
    ]
    assert [each.year for each in house.of("housing")] == [2027, 2026]
    with pytest.raises(CodeTaken):
        house.copy(draft.id, 2027)


def test_a_line_says_everything_and_stands_in_the_bodys_own_archive(
    archive: Archive, series: Series, now: datetime
) -> None:
    house = archive.nomenclatures
    draft, empty = house.create("housing", 2026), house.create("agency", 2026)
    for name in ("index", "title", "retention_class", "article"):
        with pytest.raises(InvalidMetadata):
            house.add(draft.id, line(series, **{name: " "}))
    with pytest.raises(ForeignUnit):
        house.add(empty.id, line(series))
    with pytest.raises(InvalidMetadata):
        house.approve(empty.id, ground="x", actor="ann", at=now)
    with pytest.raises(UnitNotFound):
        house.one(UUID(int=0))
