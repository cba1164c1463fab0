"""The sample form and one renderer for the whole session."""

from collections.abc import Iterator

import pytest

from processes.documents import DocumentRenderer
from processes.forms import Form, FormContext, form_from_files
from tests.unit.papers.samples import SCHEMA, UI, make_context


@pytest.fixture(scope="session")
def form() -> Form:
    return form_from_files("sample", SCHEMA, UI)


@pytest.fixture
def context() -> FormContext:
    return make_context()


@pytest.fixture(scope="session")
def renderer() -> Iterator[DocumentRenderer]:
    with DocumentRenderer() as made:
        yield made
