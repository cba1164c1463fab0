"""What a search finds, in which order, and for whom. The integration tests ask both databases the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import Visibility
from archive.documents import ArchivedDocument
from archive.search import FacetValue, SearchPage, SearchQuery, SearchSort
from archive.service import Archive

TakeIn = Callable[..., ArchivedDocument]
ALL = Visibility.everything()


def titles(page: SearchPage) -> list[str]:
    return [found.title for found in page.documents]


def marks(page: SearchPage) -> list[str]:
    return [part.text for found in page.highlights.values() for part in (*found.title, *found.excerpt) if part.marked]


def shown(page: SearchPage) -> str:
    (found,) = page.highlights.values()
    return "".join(part.text for part in found.excerpt)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Müraciətə baxılması haqqında", "müraciət"),
        ("Müraciətə baxılması haqqında", "MÜRACİƏTLƏRİN"),
        ("Müraciətə baxılması haqqında", "muraciet"),
        ("ŞİKAYƏT", "şikayət"),
        ("İSTİSMAR", "istismar"),
        ("Bakı şəhəri, Işıq küçəsi", "BAKI IŞIQ"),
        ("Ёлка в приёмной", "елка приемная"),
        ("Йод", "йод"),
        ("и\u0306од", "йод"),
        ("құжаттарды қарау", "құжат"),
        ("балалардың құқықтары", "балалар"),
        ("рассмотрение документов", "документами"),
        ("Answer № R-2026-000123", "R-2026-000123"),
        ("ﬁnance Ⅷ", "finance viii"),
        ("mü\u00adra\u200bciət", "müraciət"),
    ],
)
def test_one_spelling_finds_the_other(archive: Archive, take_in: TakeIn, written: str, asked: str) -> None:
    take_in(title=written)
    take_in(title="başqa")
    assert titles(archive.search(SearchQuery(text=asked), ALL)) == [written]


def test_a_phrase_keeps_its_order(archive: Archive, take_in: TakeIn) -> None:
    take_in(title="a", text="su təchizatı idarəsi")
    take_in(title="b", text="idarəsi təchizatı su")
    assert titles(archive.search(SearchQuery(text='"su təchizatı"'), ALL)) == ["a"]
    assert titles(archive.search(SearchQuery(text="«təchizatı su»"), ALL)) == ["b"]
    assert titles(archive.search(SearchQuery(text="təchizatı su"), ALL)) == ["b", "a"]


def test_a_phrase_does_not_reach_from_the_title_into_the_text(archive: Archive, take_in: TakeIn) -> None:
    take_in(title="birinci", text="ikinci")
    assert archive.search(SearchQuery(text='"birinci ikinci"'), ALL).total == 0


def test_a_prefix_finds_longer_words(archive: Archive, take_in: TakeIn) -> None:
    take_in(title="Kommunal xidmətlər")
    assert archive.search(SearchQuery(text="komm*"), ALL).total == 1
    assert archive.search(SearchQuery(text="komm"), ALL).total == 0


@pytest.mark.parametrize("most", [0, 1, 100])
def test_a_beginning_finds_the_same_however_many_words_begin_so(
    archive: Archive, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """On SQLite few words are asked for one by one, many are left to FTS5."""
    monkeypatch.setattr("archive.search_conditions._MOST_BEGUN", most)
    for title in ("kom", "komm", "kommu yol", "kommun", "kon", "ko", "ком"):
        take_in(title=title)
    assert titles(archive.search(SearchQuery(text="komm*"), ALL)) == ["kommun", "kommu yol", "komm"]
    assert titles(archive.search(SearchQuery(text="komm* yol"), ALL)) == ["kommu yol"]
    assert archive.search(SearchQuery(text="komz*"), ALL).total == 0


def test_what_several_grounds_show_is_listed_once(archive: Archive, take_in: TakeIn) -> None:
    mine = uuid4()
    for number in range(6):
        take_in(
            title=f"{number}", owner=("housing", "agency", "water")[number % 3], case_id=mine if number < 4 else None
        )
    seen = Visibility(owners=frozenset({"housing", "agency"}), cases=frozenset({mine}))
    assert titles(archive.search(SearchQuery(), seen)) == ["4", "3", "2", "1", "0"]
    assert titles(archive.search(SearchQuery(limit=2, offset=2), seen)) == ["2", "1"]
    assert titles(archive.search(SearchQuery(owner="agency"), seen)) == ["4", "1"]
    assert archive.search(SearchQuery(limit=1), seen).total == 5


def test_hits_far_apart_in_the_order_of_accession_come_newest_first(
    archive: Archive, take_in: TakeIn, session: Session
) -> None:
    """PostgreSQL asks its index for one stretch of that order after the other."""
    newest, case = session.scalar(sa.text("SELECT coalesce(max(seq), 0) FROM archive_document")), uuid4()
    for number in range(13):
        if session.get_bind().dialect.name == "postgresql":
            ahead = {"seq": newest + 1 + 30_000 * number}
            session.execute(sa.text("SELECT setval(pg_get_serial_sequence('archive_search_text', 'seq'), :seq)"), ahead)
        owner = ("housing", "water")[number % 2]
        case = take_in(title=f"{number}", text="su təchizatı", owner=owner, case_id=uuid4()).case_id or case
    take_in(title="yol", owner="housing", case_id=case)
    wanted = [str(number) for number in range(12, -1, -1)]
    assert titles(archive.search(SearchQuery(text="su"), ALL)) == wanted
    assert titles(archive.search(SearchQuery(text='"su təchizatı"', limit=3, offset=5), ALL)) == wanted[5:8]
    page = archive.search(SearchQuery(text="su", limit=2), ALL)
    assert (page.total, titles(page)) == (13, wanted[:2])
    assert page.facets["owner"] == (FacetValue(value="housing", count=7), FacetValue(value="water", count=6))
    water = Visibility(owners=frozenset({"water"}))
    assert titles(archive.search(SearchQuery(text="su", limit=4, offset=1), water)) == wanted[3:10:2]
    busy = replace(water, cases=frozenset({case, *(uuid4() for _ in range(60))}))
    page = archive.search(SearchQuery(text="su"), busy)
    assert (page.total, titles(page)) == (7, wanted[:1] + wanted[1::2]), "of the housing only the case worked on"
    as_of = archive.search(SearchQuery(text="su"), ALL).documents[4].seq
    assert titles(archive.search(SearchQuery(text="su", as_of=as_of), ALL)) == wanted[4:]


def test_a_phrase_of_russian_words_is_found_in_a_kazakh_document(archive: Archive, take_in: TakeIn) -> None:
    take_in(title="қаулы", language="kk", text="Заңнамаға сәйкес: рассмотрение обращений граждан")
    assert archive.search(SearchQuery(text='"рассмотрением обращения"'), ALL).total == 1


@pytest.mark.parametrize("text", ["!!!", '"', "***", "'; DROP TABLE archive_document; --", '" OR "', "AND NOT ("])
def test_nothing_typed_into_the_box_is_taken_for_a_command(archive: Archive, take_in: TakeIn, text: str) -> None:
    take_in()
    assert archive.search(SearchQuery(text=text), ALL).total == 0


def test_an_empty_box_lists_everything_newest_first(archive: Archive, take_in: TakeIn) -> None:
    for title in ("first", "second", "third"):
        take_in(title=title)
    assert titles(archive.search(SearchQuery(text="  "), ALL)) == ["third", "second", "first"]
    assert titles(archive.search(SearchQuery(limit=1, offset=1), ALL)) == ["second"]


def test_relevance_puts_the_title_before_the_text(archive: Archive, take_in: TakeIn) -> None:
    take_in(title="su haqqında", text="su")
    take_in(title="yol", text="su " + "və başqa sözlər " * 20)
    by_relevance = SearchQuery(text="su", sort=SearchSort.RELEVANCE)
    assert titles(archive.search(by_relevance, ALL)) == ["su haqqında", "yol"]
    assert titles(archive.search(SearchQuery(text="su"), ALL)) == ["yol", "su haqqında"]


def test_what_was_looked_for_is_marked_as_it_was_written(archive: Archive, take_in: TakeIn) -> None:
    take_in(title="Şikayətlər", text="Vətəndaşın ŞİKAYƏTİ barədə")
    page = archive.search(SearchQuery(text="şikayət"), ALL)
    assert marks(page) == ["Şikayətlər", "ŞİKAYƏTİ"]
    assert shown(page) == "Vətəndaşın ŞİKAYƏTİ barədə"


def test_the_excerpt_shows_the_passage_that_matters(archive: Archive, take_in: TakeIn) -> None:
    take_in(text="əvvəl " * 200 + "su borusu partlayıb " + "sonra " * 200)
    text = shown(archive.search(SearchQuery(text="borusu su"), ALL))
    assert "su borusu partlayıb" in text
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) < 300


def test_filters(archive: Archive, take_in: TakeIn) -> None:
    case = uuid4()
    take_in(title="a", owner="housing", type="answer", case_id=case, dated_on=date(2025, 12, 31), level="B-T")
    take_in(title="b", owner="agency", type="notice", number="N-7", signers=({"name": "Rəşad", "serial": "ff"},))
    for query, expected in (
        (SearchQuery(owner="agency"), ["b"]),
        (SearchQuery(type="answer"), ["a"]),
        (SearchQuery(case_id=case), ["a"]),
        (SearchQuery(year=2025), ["a"]),
        (SearchQuery(dated_from=date(2026, 1, 1)), ["b"]),
        (SearchQuery(dated_to=date(2025, 12, 31)), ["a"]),
        (SearchQuery(signer="Rəşad"), ["b"]),
        (SearchQuery(signer="ff"), ["b"]),
        (SearchQuery(number="N-7"), ["b"]),
        (SearchQuery(level="B-LTA"), []),
        (SearchQuery(text="rəşad"), ["b"]),
    ):
        assert titles(archive.search(query, ALL)) == expected, query


def test_facets_count_all_hits_not_only_the_page(archive: Archive, take_in: TakeIn) -> None:
    for number in range(5):
        take_in(type="answer" if number else "notice", text="su")
    take_in(type="notice", text="yol")
    page = archive.search(SearchQuery(text="su", limit=2), ALL)
    assert (page.total, page.total_is_exact, len(page.documents)) == (5, True, 2)
    assert page.facets["type"] == (FacetValue(value="answer", count=4), FacetValue(value="notice", count=1))
    assert page.facets["year"] == (FacetValue(value="2026", count=5),)
    assert page.facets["fonds"] == (FacetValue(value=None, count=5),)


def test_nobody_counts_what_they_may_not_see(archive: Archive, take_in: TakeIn) -> None:
    """B9: neither hits nor facets tell of a restricted document."""
    mine = uuid4()
    take_in(title="open", owner="housing")
    take_in(title="restricted", owner="housing", access_level="official_use")
    take_in(title="secret", owner="housing", access_level="commercial_secret")
    take_in(title="foreign", owner="agency")
    take_in(title="my case", owner="agency", access_level="commercial_secret", case_id=mine)
    for visible, expected in (
        (Visibility(owners=frozenset()), []),
        (Visibility(owners=frozenset({"housing"})), ["open"]),
        (Visibility.public(), ["foreign", "open"]),
        (Visibility(owners=None, levels={"housing": frozenset({"open"})}), ["my case", "foreign", "open"]),
        (
            Visibility(owners=None, levels={"*": frozenset({"open"}), "housing": frozenset({"open", "official_use"})}),
            ["foreign", "restricted", "open"],
        ),
        (
            Visibility(owners=frozenset({"housing", "agency"}), levels={"housing": frozenset({"official_use"})}),
            ["foreign", "restricted"],
        ),
        (Visibility(owners=frozenset({"housing"}), cases=frozenset({mine})), ["my case", "open"]),
        (ALL, ["my case", "foreign", "secret", "restricted", "open"]),
    ):
        for query in (SearchQuery(), SearchQuery(text="aygün"), SearchQuery(text="ayg*", sort=SearchSort.RELEVANCE)):
            page = archive.search(query, visible)
            assert sorted(titles(page)) == sorted(expected)
            assert query.text or titles(page) == expected
            assert sum(value.count for value in page.facets["access_level"]) == page.total == len(expected)
            assert all(visible.allows(found) for found in page.documents)


@pytest.mark.parametrize(
    ("written", "asked"),
    [("Müraciətə baxılması", "mürcaiət"), ("Құжаттарды қарау", "құжжат"), ("Рассмотрение обращений", "обрашение")],
)
def test_a_slip_of_the_pen_is_forgiven_and_said(archive: Archive, take_in: TakeIn, written: str, asked: str) -> None:
    take_in(title=written)
    take_in(title="başqa")
    page = archive.search(SearchQuery(text=asked), ALL)
    assert (titles(page), page.total, page.loosened) == ([written], 1, True)
    assert page.facets["type"][0].count == len(marks(page)) == 1


def test_words_as_typed_come_first_of_all(archive: Archive, take_in: TakeIn) -> None:
    take_in(title="sənəd")
    take_in(title="sənət")
    page = archive.search(SearchQuery(text="sənət"), ALL)
    assert (titles(page), page.loosened) == (["sənət"], False)


def test_nobody_learns_of_a_word_they_may_not_see(archive: Archive, take_in: TakeIn) -> None:
    """B9: what is typed is answered alike, whether or not a document somebody may not see has that very word."""
    take_in(title="Quliyeva")
    before = archive.search(SearchQuery(text="quliyevi"), Visibility.public())
    take_in(title="Quliyevi", access_level="commercial_secret")
    after = archive.search(SearchQuery(text="quliyevi"), Visibility.public())
    assert titles(before) == titles(after) == ["Quliyeva"]
    assert before == after


def test_the_pages_of_a_list_stay_what_they_were(archive: Archive, take_in: TakeIn) -> None:
    for number in range(4):
        take_in(title=f"su {number}")
    for sort in SearchSort:
        first = archive.search(SearchQuery(text="su", limit=2, sort=sort), ALL)
        take_in(title="su, newer")
        rest = SearchQuery(text="su", limit=2, offset=2, sort=sort, as_of=max(each.seq for each in first.documents))
        assert not set(titles(first)) & set(titles(archive.search(rest, ALL)))


def test_beyond_the_best_come_the_older_ones(
    archive: Archive, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.search.CANDIDATES", 3)
    for number in range(7):
        take_in(title=f"su {number}", text="su " * (number % 3))
    pages = [
        titles(archive.search(SearchQuery(text="su", sort=SearchSort.RELEVANCE, limit=2, offset=offset), ALL))
        for offset in (0, 2, 4, 6)
    ]
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert len({title for page in pages for title in page}) == 7
    assert pages[1][1:] + pages[2] + pages[3] == ["su 3", "su 2", "su 1", "su 0"]


def test_the_signers_are_a_facet(archive: Archive, take_in: TakeIn) -> None:
    take_in(signers=({"name": "Aygün"}, {"name": "Rəşad"}))
    take_in(signers=({"name": "Aygün"}, {"name": "Aygün"}))
    page = archive.search(SearchQuery(), ALL)
    assert page.facets["signer"] == (FacetValue(value="Aygün", count=2), FacetValue(value="Rəşad", count=1))
