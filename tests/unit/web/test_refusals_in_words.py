"""What is refused is said in the reader's language: no page shows the words of an exception, every rule has its own."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

import archive.errors
from archive.audits import KINDS
from archive.errors import ArchiveError
from archive.package_faults import PackageFault, PackageRule
from processes.errors import EntryRefused
from web.audit_words import finding_advice, finding_kind
from web.entries import refused
from web.package_words import SHOWN, fault_words, package_advice, package_findings

ROOT = Path(__file__).parents[3]
LANGUAGES = ("az", "kk", "ru", "en")
QUOTED = {
    "web/blueprints/trust.py: error.detail": "beside the rule in words: what a parser said, for its maker",
    "web/archive_errors.py: str(error)": "goes to the log",
}
"""where an exception's own words are used all the same, and why"""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask("words", root_path=str(ROOT / "web"))
    Babel(app, default_locale="en")
    with app.test_request_context(), force_locale(request.param):
        yield request.param


def page_modules() -> Iterator[Path]:
    yield from (file for file in sorted((ROOT / "web").rglob("*.py")) if not file.name.startswith("cli"))


def words_of_exceptions(tree: ast.AST) -> Iterator[str]:
    """Where a caught error is made text: str(error), f"{error}", error.args, and the facts that hold sentences."""
    caught = {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    caught |= {
        each.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for each in node.args.args
        if isinstance(each.annotation, ast.Name) and each.annotation.id.endswith(("Error", "Refused", "Unusable"))
    }

    def is_error(node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in caught

    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"str", "repr", "format"}:
            yield from (f"{node.func.id}({ast.unparse(each)})" for each in node.args if is_error(each))
        if isinstance(node, ast.FormattedValue) and is_error(node.value):
            yield f"{{{ast.unparse(node.value)}}}"
        if isinstance(node, ast.Attribute) and node.attr in {"args", "detail", "why", "facts"} and is_error(node.value):
            yield ast.unparse(node)


def test_no_page_shows_the_words_of_an_exception() -> None:
    found = {
        f"{file.relative_to(ROOT).as_posix()}: {use}"
        for file in page_modules()
        for use in words_of_exceptions(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert found == QUOTED.keys()


@pytest.mark.parametrize(
    "code", ["str(e)", "f'{e}'", "repr(e)", "page(e.args[0])", "_('Refused: %(why)s', why=e.why)", "f'{e.detail}'"]
)
def test_each_such_use_is_found(code: str) -> None:
    tree = ast.parse(f"try:\n    work()\nexcept OSError as e:\n    show({code})")
    assert len(list(words_of_exceptions(tree))) == 1


@cache
def refusals() -> set[tuple[str, str]]:
    """Every field and reason that the use cases write out."""
    found = set()
    for file in (ROOT / "processes").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "EntryRefused":
                continue
            match [each.value for each in node.args if isinstance(each, ast.Constant)]:
                case [str(field), str(reason)]:
                    found.add((field, reason))
    return found


def test_every_refusal_of_an_entry_has_words(language: str) -> None:
    nothing_said = refused(EntryRefused("x", "y")).text
    assert len(refusals()) > 40
    wordless = {pair for pair in refusals() if refused(EntryRefused(*pair)).text == nothing_said}
    assert wordless == set()


REACHING = {"unit-closed", "unit-not-empty", "foreign-unit", "nomenclature-state", "file-closed", "document-on-hold",
            "schedule-pending", "schedule-decided", "unknown-start-rule", "document-destroyed", "document-quarantined",
            "hold-already-lifted", "access-ground-missing"}  # fmt: skip
"""what the archive's pages may meet: `refused_entries` makes the entry (unit, code) of it"""


def test_what_the_archive_refuses_at_its_pages_has_words(language: str) -> None:
    codes = {each.code.rpartition(".")[2].replace("_", "-") for each in vars(archive.errors).values()
             if isinstance(each, type) and issubclass(each, ArchiveError)}  # fmt: skip
    assert codes >= REACHING
    nothing_said = refused(EntryRefused("x", "y")).text
    assert {code for code in REACHING if refused(EntryRefused("unit", code)).text == nothing_said} == set()


def test_every_rule_of_packages_and_audits_is_said_in_every_language(language: str) -> None:
    said = {rule: fault_words(rule) for rule in PackageRule}
    assert len(set(said.values())) == len(PackageRule)
    advice = {each for rule in PackageRule for each in package_advice([PackageFault(rule)])}
    kinds = {kind: finding_kind(kind) for kind in KINDS}
    assert not {kind for kind, words in kinds.items() if kind == words}
    advised = {*finding_advice(KINDS)}
    assert len(advice) == 4
    assert all(finding_advice([kind]) for kind in KINDS)
    if language != "en":
        with force_locale("en"):
            english = {fault_words(rule) for rule in PackageRule} | {finding_kind(kind) for kind in KINDS}
            english |= {each for rule in PackageRule for each in package_advice([PackageFault(rule)])}
            english |= {*finding_advice(KINDS)}
        assert english.isdisjoint({*said.values(), *kinds.values(), *advice, *advised})


def test_a_refused_package_is_told_with_place_rule_and_what_to_do(language: str) -> None:
    faults = [PackageFault(PackageRule.CHANGED, f"data/documents/{number}.pdf") for number in range(SHOWN + 5)]
    told = [each.text for each in package_findings(faults)]
    assert len(told) == SHOWN + 2
    assert all("data/documents/" in each and "changed" in each for each in told[1:-1])
    assert "5" in told[-1]
    assert len(package_advice(faults)) == 1
