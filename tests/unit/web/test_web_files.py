"""What can be said of the web's files without an office: manifests, catalogues, templates."""

import gettext
import hashlib
import json
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

WEB = Path(__file__).parents[3] / "web"
VENDOR = WEB / "static" / "vendor"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
LANGUAGES = ("az", "kk", "ru", "en")


def catalogue(language: str) -> Path:
    return WEB / "translations" / language / "LC_MESSAGES"


def test_every_vendored_file_is_what_the_manifest_says() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    files = {
        file.relative_to(VENDOR).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "manifest.json"
    }
    assert files == manifest


def test_no_style_sheet_or_page_refers_to_another_host() -> None:
    for file in [*WEB.glob("static/**/*.css"), *TEMPLATES]:
        found = re.findall(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:https?:)?//", file.read_text(encoding="utf-8"))
        assert found == [], file


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_has_inline_scripts_or_styles(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", text)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_every_form_that_posts_carries_the_csrf_token(file: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", file.read_text(encoding="utf-8"), re.DOTALL):
        if 'method="post"' in form:
            assert "csrf()" in form


def test_every_template_compiles() -> None:
    loader = ChoiceLoader(
        [
            PackageLoader("web", "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    environment = Environment(loader=loader, autoescape=True, extensions=["jinja2.ext.i18n"])
    from flask import Flask

    environment.filters.update(dict.fromkeys(("titled", "day", "moment", "size", "grouped", "instant", "name_of"), str))
    environment.globals.update(Flask("any").jinja_env.globals)
    for file in TEMPLATES:
        environment.get_template(file.name)


def extracted() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(
        str(WEB),
        method_map=[
            ("static/**", "ignore"),
            ("assets/**", "ignore"),
            ("**.py", "python"),
            ("templates/**.html", "jinja2"),
        ],
        options_map={"templates/**.html": {"encoding": "utf-8"}},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    with (catalogue(language) / "messages.po").open("rb") as file:
        messages = read_po(file, locale=language)
    known = {
        (tuple(each.id) if isinstance(each.id, list | tuple) else each.id): each.string for each in messages if each.id
    }
    missing = [
        each for each in extracted() if not known.get(each) or (isinstance(each, tuple) and not all(known[each]))
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_facts_of_its_message(language: str) -> None:
    with (catalogue(language) / "messages.po").open("rb") as file:
        messages = read_po(file, locale=language)
    facts = re.compile(r"%\(\w+\)[sd]|%%\{\w+\}")
    for each in messages:
        if not each.id:
            continue
        source = each.id if isinstance(each.id, str) else each.id[1]
        texts = [each.string] if isinstance(each.string, str) else list(each.string)
        for text in texts:
            assert sorted(facts.findall(text)) == sorted(facts.findall(source)), (language, source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_of_the_written_one(language: str) -> None:
    with (catalogue(language) / "messages.po").open("rb") as file:
        written = {
            each.id: each.string for each in read_po(file, locale=language) if each.id and isinstance(each.id, str)
        }
    with (catalogue(language) / "messages.mo").open("rb") as file:
        compiled = {each.id: each.string for each in read_mo(file) if each.id and isinstance(each.id, str)}
    assert compiled == written


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("az", 1, "1 iş günü qalıb"),
        ("az", 5, "5 iş günü qalıb"),
        ("kk", 3, "3 жұмыс күні қалды"),
        ("ru", 1, "остался 1 рабочий день"),
        ("ru", 3, "осталось 3 рабочих дня"),
        ("ru", 11, "осталось 11 рабочих дней"),
        ("en", 1, "1 working day left"),
        ("en", 2, "2 working days left"),
    ],
)
def test_working_days_left_in_four_languages(language: str, count: int, text: str) -> None:
    with (catalogue(language) / "messages.mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    message = translations.ngettext("%(num)d working day left", "%(num)d working days left", count)
    assert message % {"num": count} == text
