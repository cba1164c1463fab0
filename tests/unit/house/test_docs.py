"""The docs say what the code does: generated parts, quotes, commands, settings, files, names, links, pictures."""

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from rendered_docs import MARKED, PARTS, ROOT, pages, rendered

from processes.settings import ELSEWHERE, PREFIX, Settings
from web.cli import main

PAGES = pages()
ROOMS = ("engine", "signing", "archive", "processes", "web")
FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<content>.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
QUOTED = re.compile(r"<!-- from (?P<file>\S+) -->\n```\w*\n(?P<content>.*?)```", re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
REFERENCE = re.compile(rf"(?P<path>(?:{'|'.join(ROOMS)}|bpmn|tests|docs)/[\w./-]*)(?:::(?P<name>[\w.]+))?")
LARGEST_PICTURE = 250_000

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    return INLINE.findall(prose(page))


@each_page
def test_what_is_generated_is_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == rendered(text), "run: .venv/bin/python tests/unit/house/rendered_docs.py"


def test_every_generated_part_has_its_place() -> None:
    placed = {match["name"] for page in PAGES for match in MARKED.finditer(page.read_text(encoding="utf-8"))}
    assert placed == set(PARTS)


@each_page
def test_a_quote_stands_in_the_file_it_names(page: Path) -> None:
    for match in QUOTED.finditer(page.read_text(encoding="utf-8")):
        lines = _bare((ROOT / match["file"]).read_text(encoding="utf-8"))
        for part in match["content"].split("…\n"):
            assert _bare(part) in lines, f"{match['file']} no longer says: {part}"


def _bare(text: str) -> str:
    """The lines without indentation and without blank ones."""
    return "\n".join(["", *(line.strip() for line in text.splitlines() if line.strip()), ""])


def command_lines(page: Path) -> Iterator[str]:
    """Whatever a page tells somebody to type, from `karguzar` or `./run` on."""
    blocks = [match for match in FENCED.finditer(page.read_text(encoding="utf-8")) if match["language"] == "sh"]
    typed = [line.partition(" #")[0] for match in blocks for line in match["content"].splitlines()]
    for line in [*typed, *spans(page)]:
        start = re.search(r"(?:^|\s)(?:karguzar|\./run|\./test)(?=\s|$)", line)
        if start:
            yield line[start.start() :].strip()


@each_page
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    for line in command_lines(page):
        program, *words = shlex.split(re.sub(r"[\[\]…]|\.\.\.", " ", line))
        if program == "./test":
            assert not words or f"{words[0]})" in (ROOT / "test").read_text(encoding="utf-8"), line
        elif words:
            _require_command(words, line)


def _require_command(words: list[str], line: str) -> None:
    command: click.Command = main
    for word in words:
        if word in {"--help", "-h", "--version"}:
            continue
        if word.startswith("--"):
            assert word in {option for each in command.params for option in each.opts}, f"{line}: {word}"
        elif isinstance(command, click.Group):
            assert word in command.commands, f"{line}: {word}"
            command = command.commands[word]


@each_page
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = {field.name for field in fields(Settings)}
    named = {name.removeprefix(PREFIX) for name in re.findall(rf"{PREFIX}[A-Z0-9_]+", text)}
    assert {name.lower() for name in named - ELSEWHERE} <= known


def test_the_example_of_a_settings_file_can_be_read(tmp_path: Path) -> None:
    from processes.settings import read_settings

    text = (ROOT / "docs/operator.md").read_text(encoding="utf-8")
    example = next(match["content"] for match in FENCED.finditer(text) if match["language"] == "toml")
    (tmp_path / "karguzar.toml").write_text(example, encoding="utf-8")
    assert read_settings(tmp_path, {}).public_url.startswith("https://")


@each_page
def test_every_file_and_name_that_a_page_names_exists(page: Path) -> None:
    for span in spans(page):
        match = REFERENCE.fullmatch(span)
        if match is None:
            continue
        path = ROOT / match["path"]
        assert path.exists(), span
        if match["name"]:
            assert match["name"] in _names(path), span


def test_the_inner_functions_that_the_architecture_names_exist() -> None:
    modules = (file for room in ROOMS for file in (ROOT / room).rglob("*.py") if "node_modules" not in file.parts)
    known = {name for file in modules for name in _names(file)}
    page = ROOT / "docs/architecture.md"
    named = {span for span in spans(page) if re.fullmatch(r"_[a-z_]+|[A-Z]\w+\.[a-z_]+", span)}
    assert named
    assert named <= known


def _names(file: Path) -> set[str]:
    """What a module defines: `function`, `Class`, `Class.method`, `CONSTANT`."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


@each_page
def test_every_link_within_the_docs_leads_somewhere(page: Path) -> None:
    for match in LINK.finditer(prose(page)):
        target, _, anchor = match["target"].partition("#")
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), match["target"]
        assert not anchor or anchor in _anchors(file), match["target"]


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_pictures_are_small_and_all_of_them_are_shown() -> None:
    shown = {
        (page.parent / match["target"]).resolve() for page in PAGES for match in LINK.finditer(prose(page))
    }  # fmt: skip
    pictures = sorted((ROOT / "docs/images").iterdir())
    assert [picture.name for picture in pictures if picture.resolve() not in shown] == []
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []
