"""From a browser's post to typed fields."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.forms import UnknownField, clean_text, declares_state_secret, unprintable
from processes.forms.parsing import parse_date, parse_number


def test_values_become_their_types(form):
    post = {
        "name": ["  Passport  "],
        "paid": ["yes"],
        "fee": ["1 250,50"],
        "copies": ["3"],
        "price": ["12,5"],
        "starts": ["19.03.2026"],
        "recipients": ["natural", "", "legal"],
        "electronic": ["no"],
        "story": ["one\r\ntwo\rthree"],
        "system": [""],
    }
    assert form.parse(post) == {
        "name": "Passport",
        "paid": "yes",
        "fee": 1250.5,
        "copies": 3,
        "price": "12.50",
        "starts": "2026-03-19",
        "recipients": ["natural", "legal"],
        "electronic": False,
        "story": "one\ntwo\nthree",
    }


def test_what_cannot_be_read_stays_as_it_was_typed(form):
    post = {"fee": ["much"], "copies": ["1,5"], "starts": ["tomorrow"], "electronic": ["perhaps"], "price": ["1,234"]}
    assert form.parse(post) == {
        "fee": "much",
        "copies": "1,5",
        "starts": "tomorrow",
        "electronic": "perhaps",
        "price": "1,234",
    }


def test_computed_read_only_and_file_fields_are_not_taken_from_a_post(form):
    assert form.parse({"ends": ["2027-01-01"], "outcome": ["accepted"], "files": ["forged.pdf"]}) == {}


def test_an_unknown_field_is_refused_but_the_pages_own_names_are_not(form):
    assert form.parse({"_version": ["3"], "csrf_token": ["x"], "remark:name": ["?"]}) == {}
    with pytest.raises(UnknownField) as refused:
        form.parse({"is_admin": ["1"]})
    assert refused.value.field == "is_admin"


def test_a_date_in_three_parts(form):
    assert form.parse({"starts-day": ["9"], "starts-month": ["3"], "starts-year": ["2026"]}) == {"starts": "2026-03-09"}
    assert form.parse({"starts-day": [""], "starts-month": [""], "starts-year": [""]}) == {}
    assert form.parse({"starts-day": ["9"], "starts-month": [""], "starts-year": ["2026"]}) == {"starts": "9..2026"}


def test_the_last_of_repeated_single_values_counts(form):
    assert form.parse({"name": ["one", "two"]}) == {"name": "two"}
    assert form.parse({"name": []}) == {}


def test_remarks_are_read_by_field(form):
    assert form.parse_remarks({"remark:name": [" Wrong\r\nname "], "remark:fee": [" "], "decision": ["x"]}) == [
        {"field": "name", "text": "Wrong\nname"}
    ]
    with pytest.raises(UnknownField):
        form.parse_remarks({"remark:nothing": ["x"]})


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("19.03.2026", "2026-03-19"),
        ("9.3.2026", "2026-03-09"),
        ("19/03/2026", "2026-03-19"),
        ("19-03-2026", "2026-03-19"),
        ("2026-03-19", "2026-03-19"),
        ("29.02.2024", "2024-02-29"),
        ("29.02.2026", None),
        ("31.04.2026", None),
        ("03.19.2026", None),
        ("19.03.26", None),
        ("٠١.٠٢.٢٠٢٦", None),
        ("00.00.0000", None),
        ("", None),
    ],
)
def test_dates_as_people_write_them(text, iso):
    assert parse_date(text) == iso


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1250", "1250"),
        ("1250,5", "1250.5"),
        ("1250.50", "1250.50"),
        ("1 250,50", "1250.50"),
        ("1\u00a0250,50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1.250.000", "1250000"),
        ("1,250,000.75", "1250000.75"),
        ("-3", "-3"),
        ("0,125", "0.125"),
        ("1 234,567", "1234.567"),
        ("1,250", None),
        ("1.250", None),
        ("1.2.3", None),
        ("1e5", None),
        ("٣", None),
        ("NaN", None),
        ("12abc", None),
        ("9" * 31, None),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert parse_number(text) == (None if number is None else Decimal(number))


@given(st.text())
def test_cleaned_text_is_stable_printable_and_storable(text):
    cleaned = clean_text(text)
    assert unprintable(cleaned) == ()
    assert clean_text(cleaned) == cleaned
    cleaned.encode()
    assert "\r" not in cleaned


def test_cleaning_keeps_what_a_person_wrote():
    assert clean_text("ə 😀 \u202eabc\u202c é") == "ə 😀 \u202eabc\u202c é"
    assert clean_text("a\x00b\ud800\ufeff") == "ab\ufffd"
    assert clean_text("one\n two", one_line=True) == "one two"


def test_what_was_removed_can_be_named():
    assert unprintable("a\x00b\x1b\ud800") == ("U+0000", "U+001B", "U+D800")


@pytest.mark.parametrize(
    ("fields", "secret"),
    [
        ({"state_secret": True}, True),
        ({"state_secret": "yes"}, True),
        ({"state_secret": ["on"]}, True),
        ({"state_secret": " YES "}, True),
        ({"access_level": "state_secret"}, True),
        ({"access_level": ["open", "state_secret"]}, True),
        ({"state_secret": False}, False),
        ({"state_secret": "no"}, False),
        ({"access_level": "commercial_secret"}, False),
        ({}, False),
    ],
)
def test_state_secrets_are_recognised_in_posts_and_in_typed_fields(fields, secret):
    assert declares_state_secret(fields) is secret
