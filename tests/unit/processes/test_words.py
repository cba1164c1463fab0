"""Words: every one in all four languages, with the same facts, and none asked for that is not there."""

import ast
import string
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.package import read_package
from processes import arranging, attachments, vocabulary, words
from processes.demo import people
from processes.deployment import PACKAGES, shipped_folders
from processes.documents.labels import EVENTS, LABELS
from processes.forms.messages import MESSAGES

LANGUAGES = {"az", "kk", "ru", "en"}
CATALOGUES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "words": words.WORDS,
    "kinds": words.KINDS,
    "notices": words.NOTICES,
    "access levels": vocabulary.ACCESS_LEVELS,
    "sections": vocabulary.SECTIONS,
    "topics": vocabulary.TOPICS,
    "territories": vocabulary.TERRITORIES,
    "labels": LABELS,
    "events": EVENTS,
    "form messages": MESSAGES,
    "attachment messages": attachments.MESSAGES,
    "bodies": {body.code: body.title for body in people.BODIES},
    "posts": {person.login: person.post for person in people.PEOPLE},
    "series": {code: title for code, (title, _) in arranging.SERIES.items()},
    "retention classes": {code: title for code, (title, *_) in arranging.RETENTION.items()},
}
PROCESSES = Path(words.__file__).parent
KAZAKH = set("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
AZERBAIJANI_CYRILLIC = set("абвгдежзийклмнопрстуфхцчшщъыьэюя")


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_entry_speaks_all_four_languages_with_the_same_facts(name: str) -> None:
    for key, entry in CATALOGUES[name].items():
        assert set(entry) == LANGUAGES, key
        assert all(text.strip() == text and text for text in entry.values()), key
        assert len({frozenset(facts(text)) for text in entry.values()}) == 1, key


@pytest.mark.parametrize("name", CATALOGUES)
def test_azerbaijani_is_in_latin_and_russian_and_kazakh_are_not(name: str) -> None:
    for key, entry in CATALOGUES[name].items():
        assert not AZERBAIJANI_CYRILLIC & set(entry["az"].lower()), key
        assert not AZERBAIJANI_CYRILLIC & set(entry["en"].lower()), key
        assert not KAZAKH & set(entry["ru"]), key


def asked() -> Iterator[tuple[str, str]]:
    """Every literal key that `word` is called with: file and key."""
    for file in sorted(PROCESSES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "word":
                for key in (each for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)):
                    yield file.name, str(key.value)


def test_every_word_the_office_says_is_there() -> None:
    found = set(asked())
    assert len(found) > 20, "the calls were found"
    assert {(file, key) for file, key in found if key not in words.WORDS} == set()


def test_every_capacity_has_its_word() -> None:
    roles = {role for folder in shipped_folders() for role in read_package(folder).roles}
    roles |= {role for person in people.PEOPLE for role in person.roles}
    capacities = {people.CAPACITIES.get(role, role) for role in roles} | {"deputy", "substitute"}
    assert capacities - words.WORDS.keys() == set()


def test_the_fixed_lists_are_those_the_packages_know() -> None:
    form = (PACKAGES / "citizen-appeal/forms/appeal.schema.json").read_text(encoding="utf-8")
    for value in (*vocabulary.TOPICS, *vocabulary.TERRITORIES):
        assert f'"{value}"' in form
    classes = {retention for _, retention in arranging.SERIES.values()}
    assert {read_package(folder).retention_class for folder in shipped_folders()} == classes


def test_days_and_minutes_as_documents_write_them() -> None:
    assert words.day(date(2026, 3, 9)) == "09.03.2026"
    assert words.minute(datetime(2026, 3, 9, 7, 5, tzinfo=UTC)) == "09.03.2026, 07:05"
    assert words.word("acting-for", "az", name="Əliyev") == "Əliyev əvəzinə"
