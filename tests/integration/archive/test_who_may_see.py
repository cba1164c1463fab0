"""Who sees what: by body, unit, case, level, flag and day; the condition in SQL and the rule in Python are one."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from archive.access import ALL_LEVELS, EVERYDAY, OPEN_ONLY, Visibility
from archive.documents import ArchivedDocument, Classification, Restriction
from archive.errors import (
    AccessGroundMissing,
    DocumentQuarantined,
    InvalidMetadata,
    NotTheSecond,
    QuarantineNotFound,
    StateSecretRefused,
)
from archive.lifting import lift_ended
from archive.search import SearchQuery
from archive.service import Archive

TakeIn = Callable[..., ArchivedDocument]
DAY = date(2026, 3, 19)
ENDED, ENDING = date(2026, 3, 18), date(2026, 3, 19)
CASE, A, B = uuid4(), str(uuid4()), str(uuid4())

DOCUMENTS = {
    "open": {},
    "use": {"access_level": "official_use"},
    "secret": {"access_level": "commercial_secret"},
    "personal": {"access_flags": ("personal_data",)},
    "special": {"access_flags": ("special_categories",)},
    "use of A": {"access_level": "official_use", "unit": A},
    "secret of A": {"access_level": "commercial_secret", "unit": A},
    "personal of B": {"access_flags": ("personal_data",), "unit": B},
    "use, ended": {"access_level": "official_use", "access_until": ENDED},
    "use, ending": {"access_level": "official_use", "access_until": ENDING},
    "secret, ended": {"access_level": "commercial_secret", "access_until": ENDED},
    "secret, ended, personal": {
        "access_level": "commercial_secret",
        "access_until": ENDED,
        "access_flags": ("personal_data",),
    },
    "special, ended": {
        "access_flags": ("special_categories",),
        "access_terms": {"special_categories": Restriction(ground="Law, 5", until=ENDED)},
    },
    "foreign": {"owner": "agency"},
    "foreign use": {"owner": "agency", "access_level": "official_use"},
    "foreign secret of my case": {"owner": "agency", "access_level": "commercial_secret", "case_id": CASE},
}
ENDED_ONES = {"use, ended", "secret, ended", "special, ended"}
OPEN = {"open"} | ENDED_ONES
OFFICIAL = {"use", "personal", "use of A", "personal of B", "use, ending", "secret, ended, personal"}
SECRET = {"secret", "special", "secret of A"}
HOUSING = frozenset({"housing"})

READERS = {
    "nobody": (Visibility(owners=frozenset(), on=DAY), set()),
    "the public": (Visibility.public(DAY), OPEN | {"foreign"}),
    "an officer of the body": (Visibility(owners=HOUSING, levels={"housing": EVERYDAY}, on=DAY), OPEN | OFFICIAL),
    "its archivist": (Visibility(owners=HOUSING, levels={"housing": ALL_LEVELS}, on=DAY), OPEN | OFFICIAL | SECRET),
    "an officer of unit A": (
        Visibility(owners=HOUSING, levels={"housing": OPEN_ONLY}, units={A: EVERYDAY}, on=DAY),
        OPEN | {"use of A"},
    ),
    "the head of unit A": (
        Visibility(owners=HOUSING, levels={"housing": OPEN_ONLY}, units={A: ALL_LEVELS}, on=DAY),
        OPEN | {"use of A", "secret of A"},
    ),
    "officers of both units": (
        Visibility(owners=HOUSING, levels={"housing": OPEN_ONLY}, units={A: ALL_LEVELS, B: EVERYDAY}, on=DAY),
        OPEN | {"use of A", "secret of A", "personal of B"},
    ),
    "somebody of the case": (
        Visibility(owners=HOUSING, levels={"housing": OPEN_ONLY}, cases=frozenset({CASE}), on=DAY),
        OPEN | {"foreign secret of my case"},
    ),
    "the supervisor": (Visibility(owners=None, on=DAY), set(DOCUMENTS)),
    "whoever names no day": (Visibility(owners=HOUSING), {"open"}),
}


@pytest.fixture
def documents(take_in: TakeIn) -> dict[str, ArchivedDocument]:
    return {
        title: take_in(title.encode(), **{"title": title, "number": title, **metadata})
        for title, metadata in DOCUMENTS.items()
    }


def test_each_reader_finds_counts_and_opens_the_same(archive: Archive, documents: dict[str, ArchivedDocument]) -> None:
    """B9, B16: the whole matrix of readers and restrictions."""
    for name, (visible, expected) in READERS.items():
        page = archive.search(SearchQuery(limit=100), visible)
        assert {found.title for found in page.documents} == expected, name
        assert page.total == len(expected), name
        assert {title for title, one in documents.items() if visible.allows(one)} == expected, name


def test_an_end_takes_effect_by_itself_and_is_written_down_later(
    archive: Archive, session: Session, now: datetime, documents: dict[str, ArchivedDocument]
) -> None:
    lifted = lift_ended(session, at=now, on=DAY)
    assert lifted == 4
    assert lift_ended(session, at=now, on=DAY) == 0
    over = archive.document(documents["secret, ended, personal"].id)
    assert (over.access_level, over.access_ground, over.access_until) == ("open", None, None)
    assert over.access_flags == ("personal_data",)
    assert archive.document(documents["special, ended"].id).access_flags == ()
    assert archive.document(documents["use, ending"].id).access_level == "official_use"
    assert archive.custody(over.id)[-1].event == "restriction ended"
    archive.verify_custody(over.id)
    for name, (visible, expected) in READERS.items():
        if name != "whoever names no day":
            found = archive.search(SearchQuery(limit=100), visible).documents
            assert {one.title for one in found} == expected, name
    assert lift_ended(session, at=now, on=date(2026, 3, 20)) == 1


def test_flags_have_their_own_ground_and_end(archive: Archive, documents: dict[str, ArchivedDocument]) -> None:
    document = documents["open"]
    term = Restriction(ground="Fərdi məlumatlar haqqında Qanun, 5", until=ENDING)
    decision = Classification(access_flags=("personal_data",), access_terms={"personal_data": term}, unit=A)
    archive.classify([document.id], decision, actor="archivist")
    kept = archive.document(document.id)
    assert (kept.access_level, kept.official_until, kept.unit) == ("open", ENDING, A)
    assert kept.access_terms == {"personal_data": {"ground": term.ground, "until": "2026-03-19"}}
    details = archive.custody(document.id)[-1].details
    assert details is not None
    assert details["access_terms"] == {"personal_data": {"ground": term.ground, "until": "2026-03-19"}}
    for wrong, error in (
        (Classification(access_flags=("private",)), InvalidMetadata),
        (Classification(access_terms={"state_secret": term}), StateSecretRefused),
        (Classification(access_terms={"personal_data": Restriction(ground=" ")}), AccessGroundMissing),
    ):
        with pytest.raises(error):
            archive.classify([document.id], wrong, actor="archivist")
    assert archive.document(document.id) == kept
    archive.classify([document.id], Classification(unit=""), actor="archivist")
    assert archive.document(document.id).unit is None


def test_what_is_locked_away_only_the_two_see(archive: Archive, documents: dict[str, ArchivedDocument]) -> None:
    """B16: invisible to supervisors, archivists, the people of its case, and the office's own lists."""
    found = documents["foreign secret of my case"]
    now = found.accessioned_at
    archive.quarantine.place(found.id, ground="List of secrets, 7", placed_by="ann", second="bob", at=now)
    locked = archive.document(found.id)
    for name, (visible, _) in READERS.items():
        assert found.id not in {one.id for one in archive.search(SearchQuery(limit=100), visible).documents}, name
        assert not visible.allows(locked), name
    assert archive.search(SearchQuery(limit=100), Visibility.everything()).total == len(DOCUMENTS) - 1
    for person in ("ann", "bob"):
        two = Visibility(owners=frozenset(), quarantined=archive.quarantine.removed_by(person), on=DAY)
        assert [one.id for one in archive.search(SearchQuery(), two).documents] == [found.id]
        assert two.allows(locked)
    assert archive.quarantine.removed_by("eve") == frozenset()
    with pytest.raises(DocumentQuarantined):
        archive.fetch(found.id)
    assert archive.fetch(found.id, quarantined=True)


def test_only_the_second_ends_a_quarantine(archive: Archive, documents: dict[str, ArchivedDocument]) -> None:
    document = documents["use"]
    now = document.accessioned_at
    for ground, second in ((" ", "bob"), ("List, 7", "ann")):
        with pytest.raises(InvalidMetadata):
            archive.quarantine.place(document.id, ground=ground, placed_by="ann", second=second, at=now)
    with pytest.raises(QuarantineNotFound):
        archive.quarantine.release(document.id, by="bob", ground="no secret", at=now)
    first = archive.quarantine.place(document.id, ground="List, 7", placed_by="ann", second="bob", at=now)
    again = archive.quarantine.place(document.id, ground="other", placed_by="eve", second="ann", at=now)
    assert first == again
    for somebody in ("ann", "eve"):
        with pytest.raises(NotTheSecond):
            archive.quarantine.release(document.id, by=somebody, ground="no secret", at=now)
        with pytest.raises(NotTheSecond):
            archive.quarantine.removed(document.id, by=somebody, act_id=UUID(int=1), at=now)
    with pytest.raises(InvalidMetadata):
        archive.quarantine.release(document.id, by="bob", ground=" ", at=now)
    ended = archive.quarantine.release(document.id, by="bob", ground="no secret", at=now)
    assert (ended.ended_as, ended.ended_ground) == ("released", "no secret")
    assert not archive.document(document.id).quarantined
