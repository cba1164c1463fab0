"""process.toml: titles, register, roles, variables, deadlines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definition import (
    PERSONAL,
    SIGNATURE_KINDS,
    UNSIGNED,
    VARIABLE_TYPES,
    DeadlineDefinition,
    RoleDefinition,
    SignatureDefinition,
    StartDefinition,
    Titles,
    VariableDefinition,
)
from engine.errors import TermInvalid
from engine.holiday_names import CODES
from engine.reading.tables import Table
from engine.receipt import parse_receipt

ACCESS_LEVELS = ("open", "official_use", "commercial_secret")
"""state secrets are refused at every door (B16)"""
SIGNATURE_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
KEY_STORES = ("pkcs12", "browser", "file", "pkcs11", "csc", "consent", "agent", "mobile")
"""signing/keys names them too; a test compares"""
KEY = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
NAME = re.compile(r"[a-z][a-z0-9_]*")
TYPES_OF: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "date": str,
    "datetime": str,
    "list": list,
    "object": dict,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What process.toml says."""

    key: str
    titles: Titles
    document_type: str
    access_level: str
    retention_class: str
    register: str | None
    number_pattern: str | None
    roles: Mapping[str, RoleDefinition]
    variables: Mapping[str, VariableDefinition]
    deadlines: Mapping[str, DeadlineDefinition]
    signatures: Mapping[str, SignatureDefinition]
    element_titles: Mapping[str, Titles]
    start: StartDefinition


def read_manifest(table: Table) -> Manifest:
    """Read the file's top table; what is wrong goes to its findings."""
    manifest = Manifest(
        key=_key(table),
        titles=table.titles(),
        document_type=table.required_text("document_type"),
        access_level=table.choice("access_level", ACCESS_LEVELS),
        retention_class=table.required_text("retention_class"),
        register=table.text("register"),
        number_pattern=table.text("number"),
        roles={name: _role(name, inner) for name, inner in table.tables("roles").items()},
        variables={name: _variable(name, inner) for name, inner in table.tables("variables").items()},
        deadlines={name: _deadline(name, inner) for name, inner in table.tables("deadlines").items()},
        signatures={name: _signature(name, inner) for name, inner in table.tables("signatures").items()},
        element_titles={name: _element(inner) for name, inner in table.tables("elements").items()},
        start=_start(table.table("start")),
    )
    table.finish()
    return manifest


def _key(table: Table) -> str:
    key = table.required_text("key")
    if key and not KEY.fullmatch(key):
        table.error("key", f"the key {key!r} must be small letters, digits and single hyphens, such as citizen-appeal")
    return key


def _checked_name(name: str, table: Table) -> None:
    if not NAME.fullmatch(name):
        table.error(name, f"{name!r} must be small Latin letters, digits and _, beginning with a letter")


def _role(name: str, table: Table) -> RoleDefinition:
    _checked_name(name, table)
    role = RoleDefinition(
        role=name, titles=table.titles(), body=table.required_text("body"), candidates=_candidates(name, table)
    )
    table.finish()
    return role


def _candidates(name: str, table: Table) -> tuple[str, ...]:
    candidates = table.texts("candidates") or ()
    for each in candidates:
        if not NAME.fullmatch(each):
            table.error("candidates", f"{table.path}.candidates: {each!r} is no role's name, such as deputy_head")
        if each == name or candidates.count(each) > 1:
            table.error("candidates", f"{table.path}.candidates: {each!r} has the work already; name it once")
    return tuple(candidates)


def _variable(name: str, table: Table) -> VariableDefinition:
    _checked_name(name, table)
    kind = table.choice("type", VARIABLE_TYPES)
    initial = table.value("initial")
    if initial is not None and kind in TYPES_OF and not _fits(initial, kind):
        table.error("initial", f"{table.path}.initial does not fit the type {kind}")
    table.finish()
    return VariableDefinition(name=name, type=kind, initial=initial)


def _fits(value: Any, kind: str) -> bool:
    return isinstance(value, TYPES_OF[kind]) and isinstance(value, bool) is (kind == "boolean")


def _deadline(name: str, table: Table) -> DeadlineDefinition:
    _checked_name(name, table)
    deadline = DeadlineDefinition(
        name=name,
        law=table.required_text("law"),
        term=table.required_text("term"),
        starts=table.text("starts"),
        titles=table.titles(),
        receipt=_receipt(table.table("receipt")),
    )
    table.finish()
    return deadline


def _signature(name: str, table: Table) -> SignatureDefinition:
    _checked_name(name, table)
    if name in SIGNATURE_KINDS:
        table.error(name, f"{name!r} is a kind of signature; give the table another name")
    kind = table.choice("kind", SIGNATURE_KINDS) if "kind" in table.content else PERSONAL
    level = table.choice("level", SIGNATURE_LEVELS) if "level" in table.content else None
    stores = table.texts("key_stores")
    if stores is not None and not stores:
        table.error("key_stores", f"{table.path}.key_stores is empty: nobody could sign; leave it out or name some")
    for store in stores or ():
        if store not in KEY_STORES:
            known = ", ".join(KEY_STORES)
            table.error("key_stores", f"{table.path}.key_stores: {store!r} is unknown; known are {known}")
    signature = SignatureDefinition(
        name=name, kind=kind, level=level, key_stores=stores, sole_control=table.flag("sole_control")
    )
    if kind != PERSONAL and (stores is not None or signature.sole_control):
        table.error("kind", f"{table.path}: key_stores and sole_control speak of a person's key; kind is {kind!r}")
    if kind == UNSIGNED and level is not None:
        table.error("level", f"{table.path}.level: a step without a signature has no level")
    table.finish()
    return signature


def _receipt(table: Table) -> dict[str, str]:
    """The rule of each calendar that has one."""
    rules = {code: rule for code in CODES if (rule := table.text(code))}
    for code, rule in rules.items():
        try:
            parse_receipt(rule)
        except TermInvalid as error:
            table.error(code, str(error))
    table.finish()
    return rules


def _element(table: Table) -> Titles:
    titles = table.titles()
    table.finish()
    return titles


def _start(table: Table) -> StartDefinition:
    start = StartDefinition(
        form=table.text("form"),
        handler=table.text("handler"),
        public=table.flag("public"),
        body=table.text("body"),
    )
    table.finish()
    return start
