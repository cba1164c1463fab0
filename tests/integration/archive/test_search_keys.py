"""The narrow rows of the index say what the documents' own rows say, whatever is done to a document."""

import json
from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.documents import ArchivedDocument, Classification
from archive.retention import RetentionClass
from archive.search import SearchQuery, SearchSort
from archive.search_index import create_search_index, drop_search_index, fill_search_index
from archive.search_keys import CODED
from archive.service import Archive

TakeIn = Callable[..., ArchivedDocument]
ALL = Visibility.everything()
TITLE = dict.fromkeys(("az", "kk", "ru", "en"), "t")


def kept(session: Session) -> list[dict[str, object]]:
    """The narrow rows, each code as what it stands for; PostgreSQL's with its words."""
    values = {code: value for code, value in session.execute(sa.text("SELECT * FROM archive_search_index_values"))}  # noqa: C416 - rows of two
    sqlite = session.get_bind().dialect.name == "sqlite"
    words = "" if sqlite else ", vector::text AS words"
    query = f"SELECT *{words} FROM archive_search_index_keys ORDER BY seq"
    rows = [dict(row) for row in session.execute(sa.text(query)).mappings()]
    for row in rows:
        row |= {name: values.get(row[name]) for name in CODED}
        row |= {name: str(row[name]) for name in ("dated_on", "official_until", "secret_until")}
        row["signers"] = json.loads(row["signers"])
        for name in ("vector", "blanks"):
            row.pop(name, None)
    return rows


def test_the_narrow_rows_follow_the_documents(
    archive: Archive, session: Session, take_in: TakeIn, now: datetime
) -> None:
    archive.save_retention_class(
        RetentionClass(code="r", title=TITLE, starts="year_end", years=1, action="destroy", ground="7")
    )
    one = archive.create_fonds(code="one", title=TITLE, owner="housing")
    two = archive.create_fonds(code="two", title=TITLE, owner="housing")
    series = [archive.create_series(each.id, code="s", title=TITLE, retention_class="r") for each in (one, two)]
    other = archive.create_series(one.id, code="o", title=TITLE, retention_class="r")
    file = archive.create_file(series[0].id, title="f")
    taken = [take_in(title=f"{n}", owner="housing", signers=({"name": f"Ə {n}"}, {"serial": "ff"})) for n in range(4)]
    archive.classify([taken[0].id], Classification(unit="A", access_flags=("personal_data",)), actor="x")
    archive.classify([each.id for each in taken[:2]], Classification(file_id=file.id), actor="x")
    archive.quarantine.place(taken[3].id, ground="List, 7", placed_by="ann", second="bob", at=now)
    found = kept(session)
    assert [row["fonds"] for row in found] == [one.id.hex, one.id.hex, None, None]
    assert [row["series"] for row in found] == [series[0].id.hex, series[0].id.hex, None, None]
    assert [(row["unit"], row["quarantined"], row["official_until"]) for row in (found[0], found[3])] == [
        ("A", False, str(date.max)),
        (None, True, str(date.min)),
    ]
    assert found[2]["signers"] == ["Ə 2"]
    archive._arrangement.move("file", file.id, other.id)
    archive._arrangement.move("series", other.id, two.id)
    assert [row["fonds"] for row in kept(session)] == [two.id.hex, two.id.hex, None, None]
    assert archive.search(SearchQuery(text="1", fonds_id=two.id), ALL).total == 1
    assert archive.search(SearchQuery(series_id=other.id), ALL).total == 2
    assert archive.search(SearchQuery(text="1", series_id=series[0].id), ALL).total == 0
    followed = kept(session)
    connection = session.connection()
    drop_search_index(connection)
    create_search_index(connection)
    fill_search_index(connection)
    assert kept(session) == followed
    assert archive.search(SearchQuery(text="1", fonds_id=two.id), ALL).total == 1


def test_a_search_follows_the_unit_to_which_a_document_is_given(archive: Archive, take_in: TakeIn) -> None:
    """Why somebody may see a document is a word of the index: it changes with the document."""
    document = take_in(title="su", owner="housing", unit="A")
    a, b = (Visibility(owners=frozenset(), units={unit: frozenset({"open"})}) for unit in "AB")
    for text in ("su", ""):
        assert [archive.search(SearchQuery(text=text), each).total for each in (a, b, ALL)] == [1, 0, 1]
    archive.classify([document.id], Classification(unit="B"), actor="archivist")
    for text in ("su", ""):
        assert [archive.search(SearchQuery(text=text), each).total for each in (a, b, ALL)] == [0, 1, 1]
    assert archive.search(SearchQuery(text="su", unit="B"), ALL).total == 1
    assert archive.search(SearchQuery(text="su", unit="A"), ALL).total == 0


@pytest.mark.parametrize(("most", "few"), [(0, 0), (1_000, 0), (1_000, 50)])
def test_who_works_on_many_cases_finds_the_same(
    archive: Archive, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch, most: int, few: int
) -> None:
    """More grounds than the index is asked for: each hit's row tells."""
    monkeypatch.setattr("archive.search.MOST_GROUNDS", most)
    for module in ("search", "search_conditions"):
        monkeypatch.setattr(f"archive.{module}.FEW_GROUNDS", few)
    case = uuid4()
    mine = [take_in(title="su", owner=owner, case_id=case) for owner in ("housing", "agency", "agency")]
    own, foreign = take_in(title="su", owner="housing"), take_in(title="su", owner="agency")
    seen = Visibility(owners=frozenset({"housing"}), cases=frozenset({case}), withheld=frozenset({mine[2].id}))
    for text in ("su", ""):
        for sort in SearchSort:
            page = archive.search(SearchQuery(text=text, sort=sort), seen)
            assert {each.id for each in page.documents} == {mine[0].id, mine[1].id, own.id}
            assert page.total == 3
            assert foreign.id not in page.highlights
        assert archive.search(SearchQuery(text=text, number=own.number), seen).total == 3
        assert archive.search(SearchQuery(text=text, case_id=case), seen).total == 2
        pages = [archive.search(SearchQuery(text=text, limit=1, offset=place), seen).documents for place in range(4)]
        assert [each.id for page in pages for each in page] == [own.id, mine[1].id, mine[0].id]
        assert archive.search(SearchQuery(text=text, owner="agency", year=mine[1].dated_on.year), seen).total == 1
        assert archive.search(SearchQuery(text=text, year=mine[1].dated_on.year + 1), seen).total == 0
        nobody = Visibility(owners=frozenset())
        assert archive.search(SearchQuery(text=text), nobody).total == 0


def test_no_query_reaches_a_ground(archive: Archive, take_in: TakeIn) -> None:
    """B9: whose a document is cannot be asked by typing the word under which the index has it."""
    from archive.grounds import ground

    take_in(title="su", owner="housing")
    for text in (ground("owner", "housing"), f'"{ground("owner", "housing")}"', "§*", "§"):
        assert archive.search(SearchQuery(text=text), ALL).total == 0
