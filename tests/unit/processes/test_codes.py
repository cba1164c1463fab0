"""Codes people type: of a document on its page, and of an appeal on its receipt."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.appeals import _folded
from processes.sealing import document_of_code, verify_code


@given(st.uuids())
def test_a_document_is_found_by_its_code_however_it_is_typed(identity: UUID) -> None:
    code = verify_code(identity)
    assert document_of_code(code) == identity
    assert document_of_code(f"  {code.lower().replace('-', ' ')}\n") == identity


def test_a_code_has_groups_of_five_from_letters_and_digits_told_apart() -> None:
    code = verify_code(uuid4())
    assert [len(group) for group in code.split("-")] == [5, 5, 5, 5, 5, 1]
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-")


@pytest.mark.parametrize("code", ["", "A", "AAAAA", "ədəd", "!!!!!", "A" * 26 + "B", "0" * 26, "A" * 40_000, "\0"])
def test_what_is_no_code_names_no_document(code: str) -> None:
    assert document_of_code(code) is None


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    assert document_of_code(text) is None or len(text) >= 26


@pytest.mark.parametrize(
    ("one", "other"), [("MƏLİKOVA", "Məlikova"), ("QIZI", "qızı"), ("İSMAYIL", "ismayıl"), ("ӘЛИЕВ", "Әлиев")]
)
def test_names_are_the_same_in_capitals(one: str, other: str) -> None:
    assert _folded(one) == _folded(other)


def test_names_that_differ_stay_apart() -> None:
    assert _folded("Əliyev") != _folded("Aliyev")
