"""Documents that are given out: one at once; a file, or all that a search finds, as a package to come back for."""

from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import ExportRefused
from processes.queries.exports import own_exports
from processes.use_cases.start_export import (
    ExportOne,
    PackageShape,
    StartExport,
    drop_export,
    export_one,
    open_export,
    start_export,
)
from web.archive_words import export_refused
from web.blueprints.archive import archive_filter
from web.current import my_id, office
from web.documents import saved
from web.i18n import language
from web.requests import choice, identity, line
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("exports", __name__, url_prefix="/archive/exports")
Answer = Response | BaseResponse | str
FORM = {"csrf_token", "shape", "form_id"}
"""fields that belong to the form, not to the search"""
TYPES = {"asice": "application/vnd.etsi.asic-e+zip"}


@pages.get("")
@signed_in_only
def page() -> str:
    """One's own packages."""
    return render_template("exports.html", exports=own_exports(office(), my_id()))


@pages.get("/part")
@signed_in_only
def part() -> str:
    """The same for htmx."""
    return render_template("_exports.html", exports=own_exports(office(), my_id()))


@pages.post("/documents/<uuid:document_id>")
@signed_in_only
def document(document_id: UUID) -> Answer:
    """One document, saved at once."""
    command = ExportOne(document_id=document_id, shape=_shape(), language=language(), by=my_id())
    back = url_for("archive.record", document_id=document_id)
    return _or_back(lambda: _saved(*export_one(office(), command)), back)


@pages.post("/files/<uuid:file_id>")
@signed_in_only
def file(file_id: UUID) -> Answer:
    """Everything in a file that this person may read."""
    command = StartExport(form_id=_form(), shape=_shape(), language=language(), by=my_id(), file_id=file_id)
    return _begun(command, url_for("arrangement.unit", kind="file", unit_id=file_id))


@pages.post("")
@signed_in_only
def found() -> Answer:
    """All that a search finds."""
    wanted = archive_filter(request.form)
    command = StartExport(form_id=_form(), shape=_shape(), language=language(), by=my_id(), wanted=wanted)
    again = {name: value for name, value in request.form.items() if value and name not in FORM}
    return _begun(command, f"{url_for('archive.page')}?{urlencode(again)}")


@pages.get("/<uuid:export_id>")
@signed_in_only
def download(export_id: UUID) -> Answer:
    """A package that is ready, for whoever asked."""
    return _or_back(lambda: _saved(*open_export(office(), export_id, my_id())), url_for("exports.page"))


@pages.post("/<uuid:export_id>/drop")
@signed_in_only
def drop(export_id: UUID) -> Answer:
    """It is needed no more."""
    drop_export(office(), export_id, my_id())
    flash(_("The package is removed."), "ok")
    return redirect(url_for("exports.page"))


def _begun(command: StartExport, back: str) -> Answer:
    def begin() -> BaseResponse:
        start_export(office(), command)
        flash(_("The package is being made. You may leave this page and come back."), "ok")
        return redirect(url_for("exports.page"))

    return _or_back(begin, back)


def _or_back(act: Callable[[], Response | BaseResponse], back: str) -> Response | BaseResponse:
    try:
        return act()
    except ExportRefused as error:
        flash(export_refused(error), "warn")
        return redirect(back)


def _saved(name: str, opened: BinaryIO) -> Response:
    return saved(opened, name, TYPES.get(name.rpartition(".")[2], "application/zip"))


def _shape() -> PackageShape:
    return choice(PackageShape, request.form.get("shape"), PackageShape.READABLE)


def _form() -> UUID:
    return identity(line("form_id"))
