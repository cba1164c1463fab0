"""The history's chain: nothing in it can be changed, left out or moved unseen; a payload can be erased."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history import NO_HEAD, EventKind, Happening, HistoryEvent, broken_links, chained, digest_payload

CASE = UUID(int=7)
NOW = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)


def after(previous: str, seq: int, happening: Happening, *, at: datetime, salt: str) -> HistoryEvent:
    """The event of this number, after the one of which `previous` is the SHA-256."""
    [row] = chained([(happening, salt)], instance_id=CASE, at=at, seq=seq - 1, previous=previous)
    return HistoryEvent(**row)


def four_events() -> list[HistoryEvent]:
    events, head = [], NO_HEAD
    for seq in range(1, 5):
        happening = Happening(
            event=EventKind.ELEMENT_COMPLETED,
            definition_key="p",
            element_id=f"e{seq}",
            actor="leyla",
            payload={"n": seq, "ад": "Ə"},
        )
        event = after(head, seq, happening, at=NOW + timedelta(minutes=seq), salt=f"salt{seq}")
        events.append(event)
        head = event.sha256
    return events


def test_an_untouched_chain_holds():
    assert broken_links(four_events()) == []
    assert broken_links([]) == []


def test_an_erased_payload_leaves_the_chain_intact():
    events = four_events()
    events[1] = replace(events[1], payload=None, salt=None)
    assert broken_links(events) == []


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "murad"},
        {"element_id": "other"},
        {"event": "instance.ended"},
        {"definition_key": "q"},
        {"at": NOW},
        {"instance_id": UUID(int=8)},
        {"payload": {"n": 99}},
        {"payload_digest": "0" * 64},
        {"salt": "other"},
        {"sha256": "0" * 64},
        {"previous": "0" * 64},
    ],
)
def test_a_changed_event_is_found(change):
    events = four_events()
    events[1] = replace(events[1], **change)
    assert 2 in broken_links(events)


def test_a_missing_moved_or_forged_event_is_found():
    events = four_events()
    assert broken_links([events[0], *events[2:]]) == [3]
    assert broken_links([events[1], events[0], *events[2:]])
    forged = after(events[0].sha256, 2, Happening(event="x", definition_key="p"), at=NOW, salt="s")
    assert broken_links([events[0], forged, *events[2:]]) == [3]


def test_an_instant_is_the_same_in_every_zone():
    baku = timezone(timedelta(hours=4))
    happening = Happening(event="x", definition_key="p")
    here, there = (after(NO_HEAD, 1, happening, at=at, salt="s") for at in (NOW, NOW.astimezone(baku)))
    assert here.sha256 == there.sha256


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(alphabet=st.characters(exclude_categories=["Cs"])), JSON, max_size=4))
def test_the_digest_does_not_hang_on_the_order_of_keys(payload):
    turned = dict(reversed(list(payload.items())))
    assert digest_payload(payload, "s") == digest_payload(turned, "s")
    assert digest_payload(payload, "s") != digest_payload(payload, "t")
