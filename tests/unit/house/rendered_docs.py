"""The parts of the docs that are read off the code. `python tests/unit/house/rendered_docs.py` writes them anew."""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from engine.definition import RESERVED_VARIABLES, VARIABLE_TYPES
from engine.expression_functions import FUNCTIONS
from engine.lint import all_rules
from engine.rules import forms as form_rules
from processes.demo.people import BODIES, PEOPLE
from processes.handlers import guards, recorders, services, starters
from processes.handlers.catalogue import handler_names
from processes.options import SOURCES
from signing.algorithms import ACCEPTABLE, label_of
from signing.indications import SUB_INDICATIONS
from signing.keys import KINDS
from signing.policy import RULES
from signing.report import Outcome

ROOT = Path(__file__).parents[3]
TOLD_BY_NAME = {
    "host": "the address to listen on",
    "port": "the port to listen on",
    "smtp_port": "the mail server's port",
    "smtp_sender": "whom notices come from",
    "draft_days": "how many days a draft is kept after it was last touched",
}
"""settings whose names say it all in the source"""
MARKED = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n)(?P<content>.*?)(<!-- end -->)", re.DOTALL)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(head), ["---" for _ in head], *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def sentence(text: str | None) -> str:
    """A docstring's first paragraph on one line, from a capital to a full stop."""
    first = " ".join(inspect.cleandoc(text or "").split("\n\n")[0].split())
    named = first.startswith("karguzar:")
    return (first if named else first[:1].upper() + first[1:]) + ("" if first.endswith((".", "?", "!")) else ".")


def linter_rules(*, ours: bool) -> str:
    """The linter's rules: those of the BPMN standard, or the house's own."""
    rules = [rule for rule in all_rules() if rule.clause.startswith("Karguzar") is ours]
    head = ("Rule", "Severity", "What it asks") if ours else ("Rule", "Severity", "What it asks", "Clause")
    rows = [(f"`{rule.name}`", str(rule.severity), sentence(rule.description), rule.clause) for rule in rules]
    return table(head, (row[: len(head)] for row in rows))


def settings() -> str:
    """Name, variable, default and meaning of each setting, from the source of `processes/settings.py`."""
    tree = ast.parse((ROOT / "processes/settings.py").read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    rows = []
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
            continue
        told = str(after.value.value) if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
        default = ast.literal_eval(node.value)
        name = node.target.id
        meaning = sentence(told or TOLD_BY_NAME[name])
        rows.append((f"`{name}`", f"`KARGUZAR_{name.upper()}`", f"`{default}`" if default != "" else "", meaning))
    return table(("Setting", "Variable", "Default", "Meaning"), rows)


def functions() -> str:
    """The functions of the expression language."""
    rows = []
    for name, function in FUNCTIONS.items():
        count = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
        rows.append((f"`{name}`", count, sentence(function.call.__doc__)))
    return table(("Function", "Arguments", "Gives"), rows)


def handlers() -> str:
    """The handlers a package may name, by kind."""
    rows = []
    for kind, registry in (("service", services), ("recorder", recorders), ("guard", guards), ("starter", starters)):
        for name in sorted(handler_names()[f"{kind}s"]):
            found: object = registry[name]
            told = found.__doc__ if inspect.isfunction(found) else type(found).__doc__
            rows.append((f"`{name}`", kind, sentence(told)))
    return table(("Name", "Kind", "What it does"), rows)


def people() -> str:
    """The people of the demo office."""
    titles = {body.code: body.title["en"] for body in BODIES}
    rows = []
    for person in PEOPLE:
        roles = ", ".join(person.roles).replace("_", " ") or "substitute of the head"
        bodies = "all four bodies" if person.everywhere else titles[person.body]
        rows.append((f"`{person.login}`", person.name, roles, bodies))
    return table(("Login", "Name", "Role", "Of"), rows)


def key_stores() -> str:
    """The kinds of key stores, and whether the signer alone controls a key in one."""
    rows = [
        (f"`{kind.name}`", kind.told, "yes" if kind.sole_control else "**no sole control**") for kind in KINDS.values()
    ]
    return table(("Kind", "What it is", "Sole control"), rows)


def algorithms() -> str:
    """Until when digests and keys are taken for new signatures."""
    rows = []
    for one in ACCEPTABLE:
        told = f"{one.name.upper()} from {one.least} bits" if one.least else one.name.upper()
        rows.append((f"`{label_of(one)}`", told, f"{one.until:%Y-%m-%d}" if one.until else "no end set"))
    return table(("Label", "Algorithm", "Not taken from"), rows)


def sub_indications() -> str:
    """The sub-indications of the standard, and the finding each is told as."""
    rows = [
        (
            f"`{one.name}`",
            str(one.verdict),
            f"`{Outcome(one.verdict, one.name).finding}`" if one.given else "not given",
            f"{one.told}.",
        )
        for one in SUB_INDICATIONS
    ]
    return table(("Sub-indication", "Indication", "Finding", "When, or why not"), rows)


def listed(names: Iterable[str]) -> str:
    """Names in a row."""
    return ", ".join(f"`{name}`" for name in names) + "\n"


PARTS: Mapping[str, Callable[[], str]] = {
    "bpmn-rules": lambda: linter_rules(ours=False),
    "package-rules": lambda: linter_rules(ours=True),
    "settings": settings,
    "functions": functions,
    "handlers": handlers,
    "people": people,
    "key-stores": key_stores,
    "signature-rules": lambda: table(
        ("Rule", "What it asks"), ((f"`{name}`", f"{told}.") for name, told in RULES.items())
    ),
    "algorithms": algorithms,
    "sub-indications": sub_indications,
    "widgets": lambda: listed(sorted(form_rules.WIDGETS)),
    "option-sources": lambda: listed(sorted(SOURCES)),
    "variable-types": lambda: listed(VARIABLE_TYPES),
    "reserved-variables": lambda: listed(RESERVED_VARIABLES),
}


def rendered(text: str) -> str:
    """A page with its generated parts as the code has them now."""
    return MARKED.sub(lambda match: f"{match[1]}\n{PARTS[match['name']]()}\n{match[4]}", text)


def pages() -> list[Path]:
    """Every page of the docs, the README and the change log first."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


if __name__ == "__main__":
    for page in pages():
        page.write_text(rendered(page.read_text(encoding="utf-8")), encoding="utf-8")
