"""What the linter allows as a source of options is what the forms can be given."""

from engine.rules.forms import SOURCES as ALLOWED
from processes.options import SOURCES


def test_a_form_may_name_exactly_the_sources_that_exist():
    assert set(SOURCES) == ALLOWED
