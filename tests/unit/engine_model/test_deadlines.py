"""Deadlines and working days, as REQUIREMENTS H and the law state them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deadlines import (
    Term,
    TermUnit,
    WorkingCalendar,
    add_months,
    compute_deadline,
    explain,
    parse_term,
    term_words,
)
from engine.definition import DeadlineDefinition
from engine.errors import CalendarUnknown, TermInvalid
from engine.holiday_names import CODES, WORDS
from engine.receipt import parse_receipt
from engine.running_deadlines import run_deadline

AZ = WorkingCalendar("AZ")
KZ = WorkingCalendar("KZ")
NOVRUZ_EVE = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)
DAYS = st.dates(date(2006, 1, 1), date(2035, 12, 31))
CALENDARS = st.sampled_from([AZ, KZ])


def working_days_of(calendar: WorkingCalendar, year: int) -> int:
    return calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))


@pytest.mark.parametrize(("year", "days"), [(2024, 241), (2025, 239), (2026, 241), (2027, 241)])
def test_azerbaijan_has_so_many_working_days(year, days):
    assert working_days_of(AZ, year) == days


@pytest.mark.parametrize(("year", "days"), [(2011, 247), (2024, 249), (2025, 246), (2026, 247), (2027, 247)])
def test_kazakhstan_has_so_many_working_days_and_the_2011_source_agrees(year, days):
    assert working_days_of(KZ, year) == days


@pytest.mark.parametrize(("days", "due"), [(7, date(2026, 4, 8)), (15, date(2026, 4, 20))])
def test_the_vectors_of_the_law_over_novruz_and_ramazan(days, due):
    computed = compute_deadline(parse_term(f"{days} working days", {}), NOVRUZ_EVE, "Asia/Baku", AZ)
    assert computed.starts_on == date(2026, 3, 19)
    assert computed.due_on == due
    assert computed.due_at == datetime(due.year, due.month, due.day, 19, 59, 59, tzinfo=UTC)


def test_a_working_sunday_made_by_a_transfer_counts():
    assert AZ.is_working(date(2024, 12, 29))
    assert not AZ.is_working(date(2025, 1, 3))


def test_a_decree_moves_a_day_off_and_back():
    decreed = WorkingCalendar("AZ", {date(2026, 3, 31): False, date(2026, 3, 28): True})
    assert not decreed.is_working(date(2026, 3, 31))
    assert decreed.is_working(date(2026, 3, 28))
    assert decreed.off_because(date(2026, 3, 31)) == ("decree",)


def test_the_day_of_the_event_is_the_day_on_the_wall_of_its_zone():
    late_evening_utc = datetime(2026, 4, 1, 20, 30, tzinfo=UTC)  # already 2 April in Baku
    computed = compute_deadline(parse_term("1 working day", {}), late_evening_utc, "Asia/Baku", AZ)
    assert (computed.starts_on, computed.due_on) == (date(2026, 4, 2), date(2026, 4, 3))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 15), 1, date(2026, 4, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_number_or_the_last_day(start, months, end):
    assert add_months(start, months) == end


def test_a_month_that_ends_on_a_sunday_moves_to_monday_and_says_so():
    computed = compute_deadline(parse_term("1 month", {}), NOVRUZ_EVE, "Asia/Baku", AZ)
    assert computed.due_on == date(2026, 4, 20)
    assert (
        explain(computed, "en")
        == "1 month from 19.03.2026, moved from 19.04 (weekend) to the next working day: 20.04.2026"
    )


def test_a_saturdays_letter_is_registered_on_monday():
    assert KZ.next_working_day(date(2026, 4, 4)) == date(2026, 4, 6)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "7 working days from 19.03.2026, without 20–30.03 (Novruz and Ramazan): 08.04.2026"),
        ("az", "19.03.2026 tarixindən 7 iş günü, 20–30.03 (Novruz və Ramazan) nəzərə alınmadan: 08.04.2026"),
        ("kk", "19.03.2026 күнінен бастап 7 жұмыс күні, 20–30.03 (Наурыз және Ораза айт) есепке алынбайды: 08.04.2026"),
        ("ru", "7 рабочих дней с 19.03.2026, без 20–30.03 (Новруз и Рамазан): 08.04.2026"),
    ],
)
def test_a_deadline_explains_itself_in_four_languages(language, words):
    computed = compute_deadline(parse_term("7 working days", {}), NOVRUZ_EVE, "Asia/Baku", AZ)
    assert explain(computed, language) == words


def test_a_run_over_new_year_tells_the_years():
    computed = compute_deadline(parse_term("1 working day", {}), datetime(2026, 12, 30, 8, tzinfo=UTC), "Asia/Baku", AZ)
    assert "31.12.2026–04.01.2027" in explain(computed, "en")


def test_plain_weekends_are_not_told_with_working_days():
    computed = compute_deadline(parse_term("5 working days", {}), datetime(2026, 4, 8, 8, tzinfo=UTC), "Asia/Baku", AZ)
    assert explain(computed, "en") == "5 working days from 08.04.2026: 15.04.2026"
    assert [run.reason for run in computed.skipped] == ["weekend"]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (1, "1 рабочий день"),
        (3, "3 рабочих дня"),
        (5, "5 рабочих дней"),
        (11, "11 рабочих дней"),
        (21, "21 рабочий день"),
    ],
)
def test_russian_counts_in_three_forms(amount, words):
    assert term_words(Term(amount=amount, unit=TermUnit.WORKING_DAYS), "ru") == words


def test_a_term_may_name_a_variable():
    assert parse_term("answer_days working days", {"answer_days": 30.0}) == Term(amount=30, unit=TermUnit.WORKING_DAYS)


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("7", {}),
        ("seven working days", {}),
        ("0 days", {}),
        ("-1 days", {}),
        ("99999 days", {}),
        ("n days", {"n": "7"}),
        ("n days", {"n": True}),
        ("n days", {"n": 1.5}),
        ("n days", {"n": None}),
        ("7 years", {}),
        ("", {}),
    ],
)
def test_a_wrong_term_is_refused_with_a_reason(text, variables):
    with pytest.raises(TermInvalid):
        parse_term(text, variables)


def test_an_unknown_calendar_is_refused():
    with pytest.raises(CalendarUnknown):
        WorkingCalendar("XX")


@given(CALENDARS, DAYS, st.integers(1, 400))
def test_so_many_working_days_lie_between(calendar, day, n):
    due = calendar.add_working_days(day, n)
    assert calendar.is_working(due)
    assert calendar.working_days_between(day, due) == n


@given(CALENDARS, DAYS, st.integers(1, 60), st.integers(1, 60))
def test_waiting_twice_is_waiting_for_the_sum(calendar, day, a, b):
    assert calendar.add_working_days(calendar.add_working_days(day, a), b) == calendar.add_working_days(day, a + b)


@given(CALENDARS, DAYS, st.integers(1, 100))
def test_there_and_back_lands_on_the_same_working_day(calendar, day, n):
    start = calendar.next_working_day(day)
    assert calendar.add_working_days(calendar.add_working_days(start, n), -n) == start


@given(CALENDARS, DAYS, DAYS)
def test_counting_is_antisymmetric(calendar, a, b):
    if calendar.is_working(a) and calendar.is_working(b):
        assert calendar.working_days_between(a, b) == -calendar.working_days_between(b, a)


@given(CALENDARS, DAYS, st.integers(1, 60), st.sampled_from(TermUnit))
def test_a_deadline_is_a_working_day_whose_skipped_days_are_all_off(calendar, day, amount, unit):
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    computed = compute_deadline(Term(amount=amount, unit=unit), start, "Asia/Almaty", calendar)
    assert calendar.is_working(computed.due_on)
    for run in computed.skipped:
        days = [run.first + timedelta(days=n) for n in range((run.last - run.first).days + 1)]
        assert not any(calendar.is_working(off) for off in days)
        assert not calendar.is_working(run.last)
    if unit is TermUnit.WORKING_DAYS:
        off = sum((run.last - run.first).days + 1 for run in computed.skipped)
        assert (computed.due_on - computed.starts_on).days == amount + off
    for language in ("az", "kk", "ru", "en"):
        assert explain(computed, language).endswith(f"{computed.due_on:%d.%m.%Y}")


@given(DAYS, st.integers(1, 48))
def test_a_month_end_never_leaves_its_month(day, months):
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end + timedelta(days=1)).day == 1


def test_every_holiday_of_both_calendars_has_words_in_four_languages():
    for codes in CODES.values():
        for code in codes.values():
            assert set(WORDS[code]) == {"az", "kk", "ru", "en"}


@pytest.mark.parametrize("calendar", [AZ, KZ])
def test_no_holiday_of_thirty_years_is_nameless(calendar):
    day, nameless = date(2006, 1, 1), set()
    while day.year < 2036:
        if "holiday" in calendar.off_because(day):
            nameless.add(day)
        day += timedelta(days=1)
    assert not nameless


RECEIVED = [
    # Kazakhstan: what arrives on a Saturday, or over Nauryz, is registered on the next working day, which is day 0
    ("KZ", "working days", datetime(2026, 6, 6, 7, tzinfo=UTC), date(2026, 6, 8), date(2026, 6, 11)),
    ("KZ", "working days", datetime(2026, 3, 21, 7, tzinfo=UTC), date(2026, 3, 26), date(2026, 3, 31)),
    ("KZ", "working days", datetime(2026, 6, 5, 7, tzinfo=UTC), date(2026, 6, 5), date(2026, 6, 10)),
    # at 18:00 the office's day ends: 18:00 still counts, a minute later does not, on Friday it is Monday
    ("AZ", "until 18:00", datetime(2026, 6, 2, 14, 0, tzinfo=UTC), date(2026, 6, 2), date(2026, 6, 5)),
    ("AZ", "until 18:00", datetime(2026, 6, 2, 14, 1, tzinfo=UTC), date(2026, 6, 3), date(2026, 6, 8)),
    ("AZ", "working days until 18:00", datetime(2026, 6, 5, 15, 0, tzinfo=UTC), date(2026, 6, 8), date(2026, 6, 11)),
    # without a rule the day of the event is day 0, whatever day it is
    ("AZ", None, datetime(2026, 6, 6, 7, tzinfo=UTC), date(2026, 6, 6), date(2026, 6, 10)),
]


@pytest.mark.parametrize(("code", "rule", "start", "counted", "due"), RECEIVED)
def test_a_rule_of_receipt_says_which_day_is_day_0(code, rule, start, counted, due):
    definition = DeadlineDefinition(
        name="answer", law="", term="3 working days", starts=None, titles={}, receipt={code: rule} if rule else {}
    )
    zone = {"AZ": "Asia/Baku", "KZ": "Asia/Almaty"}[code]
    names = {"time_zone": zone, "calendar": code}
    computed = run_deadline(definition, names, now=start, calendar=WorkingCalendar(code)).computed
    assert (computed.starts_on, computed.due_on) == (counted, due)
    moved = counted != start.astimezone(ZoneInfo(zone)).date()
    assert (computed.received_on is not None) is moved
    assert ("received on" in explain(computed, "en")) is moved


@pytest.mark.parametrize("rule", ["", "soon", "until 25:00", "until noon", "working"])
def test_a_wrong_rule_of_receipt_is_refused(rule):
    with pytest.raises(TermInvalid):
        parse_receipt(rule)
