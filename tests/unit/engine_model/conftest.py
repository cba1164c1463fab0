"""What the tests of the model share."""

from datetime import UTC, datetime

import pytest

from engine.deadlines import WorkingCalendar
from engine.expressions import ExpressionContext

from .builders import package_files


@pytest.fixture
def context() -> ExpressionContext:
    """Half past nine in Baku on the day before Novruz, with one deadline called review."""
    due = {"review": datetime(2026, 4, 8, 19, 59, 59, tzinfo=UTC)}
    return ExpressionContext(
        now=datetime(2026, 3, 19, 5, 30, tzinfo=UTC),
        time_zone="Asia/Baku",
        calendar=WorkingCalendar("AZ"),
        deadline=due.__getitem__,
    )


@pytest.fixture
def files():
    """Makes the files of a small sound package; keywords replace some, None leaves one out."""
    return package_files
