"""Canonical JSON made at once is, byte by byte, what the library makes of it; and it refuses the same."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from archive.canonical import canonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def outcome(make, value):
    try:
        return make(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        return type(error)


@given(VALUES)
def test_any_value(value):
    assert outcome(canonical, value) == outcome(rfc8785.dumps, value)


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [True, None, "\x00\x1f\x7f\u2028é😀"], "": (1, 2)},
        {"ə": 1, "b": 2},
        {"\ue000": 1, "😀": 2},
        2**53,
        2**53 - 1,
        1e21,
        -0.0,
        "\ud800",
        {"a": b"bytes"},
        {1: 2},
    ],
)
def test_what_a_quicker_encoder_might_write_otherwise(value):
    assert outcome(canonical, value) == outcome(rfc8785.dumps, value)
