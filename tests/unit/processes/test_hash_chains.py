"""Hash chains over salted digests (RFC 8785)."""

import json

from hypothesis import given
from hypothesis import strategies as st

from processes.chains import GENESIS, link, new_salt, salted_digest

BODIES = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text())


@given(BODIES)
def test_a_digest_does_not_depend_on_the_order_of_fields(body: dict[str, object]) -> None:
    assert salted_digest("salt", body) == salted_digest("salt", dict(reversed(body.items())))


@given(BODIES, BODIES)
def test_other_content_or_another_salt_gives_another_digest(one: dict[str, object], other: dict[str, object]) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (salted_digest("salt", one) == salted_digest("salt", other)) is same
    assert salted_digest("salt", one) != salted_digest("pepper", one)


def test_nothing_has_a_digest_too() -> None:
    assert salted_digest("salt", None) != salted_digest("salt", {})


def test_salts_are_not_repeated() -> None:
    salts = {new_salt() for _ in range(1000)}
    assert len(salts) == 1000
    assert {len(salt) for salt in salts} == {32}


def test_a_link_depends_on_everything_before_it() -> None:
    first = link(GENESIS, {"seq": 1})
    assert len({first, link(GENESIS, {"seq": 2}), link(first, {"seq": 2}), link(first, {"seq": 1})}) == 4
    assert len(GENESIS) == len(first) == 64


def test_the_digest_is_the_documented_one() -> None:
    # sha256 over salt and {"a":1,"ə":"ş"} in canonical JSON, made with outside tools
    assert salted_digest("00", {"ə": "ş", "a": 1}) == "ff035ba8dfe4b1311b471490297a167c8dcd6fe54b87d9ce25512566b5cfcd15"
