"""The nomenclatures of files, for the archivists: drafted line by line, approved, closed, copied to another year."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused
from processes.inventories import SHAPES, nomenclature_list
from processes.queries.arrangement import nomenclature_page, nomenclatures
from processes.use_cases.keep_nomenclature import (
    LineOfNomenclature,
    approve_nomenclature,
    close_nomenclature,
    draft_nomenclature,
    remove_line,
    write_line,
)
from web.current import my_id, now, office
from web.documents import served
from web.entries import refused
from web.findings import PageFinding
from web.i18n import LANGUAGES, language
from web.requests import identity, line, number
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("nomenclature", __name__, url_prefix="/archive/nomenclature")
Answer = Response | BaseResponse | str


@pages.get("")
@signed_in_only
def page() -> Answer:
    """Those of the bodies whose archive this person keeps."""
    return _all([])


@pages.post("")
@signed_in_only
def drafted() -> Answer:
    """A draft for a year."""
    try:
        found = draft_nomenclature(office(), my_id(), identity(line("body")), number(line("year"), 0))
    except EntryRefused as error:
        return _all([refused(error)])
    return redirect(url_for("nomenclature.one", nomenclature_id=found))


@pages.get("/<uuid:nomenclature_id>")
@signed_in_only
def one(nomenclature_id: UUID) -> Answer:
    """One nomenclature with its lines."""
    return _one(nomenclature_id, [])


@pages.post("/<uuid:nomenclature_id>")
@signed_in_only
def changed(nomenclature_id: UUID) -> Answer:
    """What the form says: a line, approval, closing, a copy for another year."""
    action, _sep, argument = request.form.get("_action", "").partition(":")
    known: Mapping[str, Callable[[UUID, str], UUID | None]] = {
        "line": _line,
        "remove": _remove,
        "approve": _approve,
        "close": _close,
        "copy": _copy,
    }
    if action not in known:
        return _one(nomenclature_id, [])
    try:
        other = known[action](nomenclature_id, argument)
    except EntryRefused as error:
        return _one(nomenclature_id, [refused(error)])
    flash(_("The nomenclature is kept."), "ok")
    return redirect(url_for("nomenclature.one", nomenclature_id=other or nomenclature_id))


@pages.get(f"/<uuid:nomenclature_id>/list.<any({', '.join(SHAPES)}):shape>")
@signed_in_only
def listed(nomenclature_id: UUID, shape: str) -> Answer:
    """The nomenclature as a list, in the language asked for or that of the page."""
    wanted = request.args.get("language", "")
    chosen = wanted if wanted in LANGUAGES else language()
    content = nomenclature_list(office(), my_id(), nomenclature_id, language=chosen, shape=shape)
    return served(content, f"nomenclature-{chosen}.{shape}", SHAPES[shape], download=shape != "pdf")


def _line(nomenclature_id: UUID, entry: str) -> None:
    written = LineOfNomenclature(
        index=line("index"),
        title=line("title"),
        series_id=identity(line("series")),
        retention_class=line("retention_class"),
        article=line("article"),
        note=line("note"),
    )
    write_line(office(), my_id(), nomenclature_id, written, identity(entry) if entry else None)


def _remove(nomenclature_id: UUID, entry: str) -> None:
    remove_line(office(), my_id(), nomenclature_id, identity(entry))


def _approve(nomenclature_id: UUID, _argument: str) -> None:
    approve_nomenclature(office(), my_id(), nomenclature_id, line("ground"))


def _close(nomenclature_id: UUID, _argument: str) -> None:
    close_nomenclature(office(), my_id(), nomenclature_id)


def _copy(nomenclature_id: UUID, _argument: str) -> UUID:
    body = nomenclature_page(office(), my_id(), nomenclature_id).body
    return draft_nomenclature(office(), my_id(), body.id, number(line("year"), 0), copy_of=nomenclature_id)


def _all(findings: list[PageFinding]) -> Response:
    shown = render_template(
        "nomenclatures.html",
        bodies=nomenclatures(office(), my_id()),
        findings=findings,
        entered=request.form,
        year=now().year,
    )
    return make_response(shown, 422 if findings else 200)


def _one(nomenclature_id: UUID, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "nomenclature.html",
        page=nomenclature_page(office(), my_id(), nomenclature_id),
        findings=findings,
        entered=request.form,
        codes=tuple(LANGUAGES),
    )
    return make_response(shown, 422 if findings else 200)
