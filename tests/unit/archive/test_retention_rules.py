"""From which day documents are kept, and until when: the law's rules."""

from datetime import date

import pytest

from archive.retention import START_RULES, RetentionClass, RetentionPeriod, period


def retention(starts: str, years: int | None = 5) -> RetentionClass:
    return RetentionClass(code="five-years", title={}, starts=starts, years=years, action="review", ground="maddə 7")


FACTS = {
    "case_closed_on": date(2026, 3, 19),
    "last_signed_on": date(2026, 3, 18),
    "act_repealed_on": date(2030, 1, 2),
    "event_on": date(2024, 2, 29),
}


@pytest.mark.parametrize(
    ("rule", "starts", "ends"),
    [
        ("case_closed", date(2026, 3, 19), date(2031, 3, 19)),
        ("year_end", date(2027, 1, 1), date(2032, 1, 1)),
        ("last_signature", date(2026, 3, 18), date(2031, 3, 18)),
        ("act_repealed", date(2030, 1, 2), date(2035, 1, 2)),
        ("event", date(2024, 2, 29), date(2029, 2, 28)),
    ],
)
def test_each_rule_starts_on_its_own_day(rule: str, starts: date, ends: date) -> None:
    assert period(retention(rule), FACTS) == RetentionPeriod(starts, ends)
    assert period(retention(rule), {}) == RetentionPeriod(None, None)
    assert period(retention(rule, None), FACTS) == RetentionPeriod(starts, None)


def test_a_review_may_keep_a_document_longer_but_never_shorter() -> None:
    later, sooner = date(2040, 1, 1), date(2027, 1, 1)
    assert period(retention("case_closed"), {**FACTS, "retained_until": later}).dispose_after == later
    assert period(retention("case_closed"), {**FACTS, "retained_until": sooner}).dispose_after == date(2031, 3, 19)
    assert period(retention("case_closed", None), {**FACTS, "retained_until": later}).dispose_after is None


def test_the_outcome_of_a_class_without_end_is_permanent() -> None:
    assert (retention("event").outcome, retention("event", None).outcome) == ("review", "permanent")


def test_every_rule_is_tested_above() -> None:
    assert set(START_RULES) == {"case_closed", "year_end", "last_signature", "act_repealed", "event"}
