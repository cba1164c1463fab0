"""Inventories of the archive (az: siyahı) and nomenclatures as lists: a table in a language, as PDF or CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.definition import LANGUAGES
from processes.documents import DocumentSection, DocumentTable, OfficeDocument, SignerBlock
from processes.errors import EntryRefused
from processes.inventory_words import inventory_word
from processes.office import Office
from processes.organisation import Body
from processes.queries.arrangement import (
    NomenclaturePage,
    UnitPage,
    nomenclature_page,
    unit_page,
    when,
)
from processes.vocabulary import ACCESS_LEVELS

SHAPES: Mapping[str, str] = {"pdf": "application/pdf", "csv": "text/csv"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""with these a cell begins that a spreadsheet would compute"""
Row = tuple[str, ...]
# a column by its word, and its share of the page: each word of its head has room in every language
FILES: Mapping[str, int] = {
    "no": 4, "index": 8, "file-title": 13, "opened": 7, "closed": 7, "documents": 8, "period": 9,
}  # fmt: skip
DOCUMENTS: Mapping[str, int] = {"no": 4, "number": 10, "date": 7, "document": 15, "signed-by": 10, "access": 9}
NOMENCLATURE: Mapping[str, int] = {
    "index": 7, "file-title": 14, "series": 8, "period": 8, "article": 8, "documents": 9, "note": 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """A list, ready to be printed."""

    body: Body
    language: str
    code: str
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[DocumentTable, ...]


def unit_inventory(office: Office, by: UUID, kind: str, unit_id: UUID, *, language: str, shape: str) -> bytes:
    """What stands in a fonds, series or file, in one of the four languages.

    :param shape: pdf or csv
    :raises NotPermitted: no archivist of its body
    :raises NotFound: no such unit
    :raises EntryRefused: no such language or shape
    """
    _check(language, shape)
    page = unit_page(office, by, kind, unit_id)
    below = [unit_page(office, by, "series", each.id) for each in page.children] if kind == "fonds" else []
    content = _written(office, _of_unit(page, below, language), shape)
    _note(office, by, str(unit_id), {"language": language, "shape": shape})
    return content


def nomenclature_list(office: Office, by: UUID, nomenclature_id: UUID, *, language: str, shape: str) -> bytes:
    """A nomenclature of files as a list.

    :raises NotPermitted: :raises NotFound: :raises EntryRefused: as unit_inventory
    """
    _check(language, shape)
    content = _written(office, _of_nomenclature(nomenclature_page(office, by, nomenclature_id), language), shape)
    _note(office, by, str(nomenclature_id), {"language": language, "shape": shape})
    return content


def _check(language: str, shape: str) -> None:
    if language not in LANGUAGES:
        raise EntryRefused("language", "unknown")
    if shape not in SHAPES:
        raise EntryRefused("shape", "unknown")


def _note(office: Office, by: UUID, subject: str, details: dict[str, str]) -> None:
    with office.unit_of_work() as uow:
        uow.audit.record("archive:inventory:make", actor=str(by), subject=subject, details=details)
        uow.commit()


def _of_unit(page: UnitPage, below: Sequence[UnitPage], language: str) -> Inventory:
    title = _title(page.unit.title, language, page.body)
    path = " / ".join(f"{unit.code} {_title(unit.title, language, page.body)}" for _, unit in page.path)
    return Inventory(
        body=page.body,
        language=language,
        code=page.unit.code,
        title=f"{inventory_word(f'inventory-{page.kind}', language)} {page.unit.code}: {title}",
        summary=path,
        facts=_facts(page, language),
        tables=_tables(page, below, language),
    )


def _facts(page: UnitPage, language: str) -> tuple[tuple[str, str], ...]:
    known = [(inventory_word(name, language), text) for name, text in page.unit.description.items()]
    if page.unit.closed_at:
        known.append((inventory_word("closed", language), when(page.unit.closed_at, page.body)))
    return tuple(known)


def _tables(page: UnitPage, below: Sequence[UnitPage], language: str) -> tuple[DocumentTable, ...]:
    if page.kind == "file":
        return (_document_table(page, language),)
    return tuple(_file_table(each, language) for each in (below if page.kind == "fonds" else [page]))


def _file_table(page: UnitPage, language: str) -> DocumentTable:
    """The files of a series; their period is that of the series."""
    series, body = page.unit, page.body
    classes = {each.code: each.title for each in page.classes}
    period = classes.get(series.retention_class, {}).get(language, series.retention_class)
    rows = tuple(
        (
            str(number),
            file.code,
            file.title,
            when(file.opened_at, body),
            when(file.closed_at, body) or "—",
            str(file.documents),
            period,
        )
        for number, file in enumerate(page.children, start=1)
    )
    title = f"{series.code} {_title(series.title, language, body)}"
    return _table(title, FILES, rows, language)


def _document_table(page: UnitPage, language: str) -> DocumentTable:
    rows = tuple(
        (
            str(number),
            document.number,
            f"{document.dated_on:%d.%m.%Y}",
            document.title,
            ", ".join(str(signer.get("name", "")) for signer in document.signers) or "—",
            ACCESS_LEVELS[document.access_level][language],
        )
        for number, document in enumerate(page.documents, start=1)
    )
    return _table("", DOCUMENTS, rows, language)


def _of_nomenclature(page: NomenclaturePage, language: str) -> Inventory:
    found = page.nomenclature
    rows = tuple(
        (
            entry.index,
            entry.title,
            _title(page.series[entry.series_id].title, language, page.body) if entry.series_id in page.series else "",
            page.classes[entry.retention_class].title[language]
            if entry.retention_class in page.classes
            else entry.retention_class,
            entry.article,
            str(page.files[entry.file_id].documents) if entry.file_id else "—",
            entry.note,
        )
        for entry in page.entries
    )
    facts = [(inventory_word("state", language), inventory_word(found.state, language))]
    if found.ground:
        facts.append((inventory_word("approved-by", language), found.ground))
    return Inventory(
        body=page.body,
        language=language,
        code=str(found.year),
        title=inventory_word("nomenclature-title", language).format(year=found.year),
        summary="",
        facts=tuple(facts),
        tables=(_table("", NOMENCLATURE, rows, language),),
    )


def _table(title: str, columns: Mapping[str, int], rows: tuple[Row, ...], language: str) -> DocumentTable:
    header = tuple(inventory_word(name, language) for name in columns)
    return DocumentTable(title=title, header=header, widths=tuple(columns.values()), rows=rows)


def _title(title: Any, language: str, body: Body) -> str:
    if isinstance(title, str):
        return title
    return str(title.get(language) or title.get(body.language) or "")


def _written(office: Office, inventory: Inventory, shape: str) -> bytes:
    return _pdf(office, inventory) if shape == "pdf" else _csv(inventory)


def _pdf(office: Office, inventory: Inventory) -> bytes:
    sections = (DocumentSection(title="", rows=inventory.facts),) if inventory.facts else ()
    paper = OfficeDocument(
        kind="inventory",
        language=inventory.language,
        body=inventory.body.named(inventory.language),
        number=inventory.code,
        title=inventory.title,
        summary=inventory.summary,
        date=inventory.body.local(office.clock()).date(),
        sections=sections,
        tables=inventory.tables,
        note=inventory_word("unsigned", inventory.language),
        signer=SignerBlock(name=""),
        step={},
    )
    return office.renderer.render(paper).pdf


def _csv(inventory: Inventory) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read it; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for table in inventory.tables:
        if table.title:
            writer.writerow([_plain(table.title)])
        writer.writerow(table.header)
        writer.writerows([_plain(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
