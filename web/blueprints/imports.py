"""Packages of other archives, taken in at a page."""

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, render_template, request

from processes.forms import declares_state_secret
from processes.use_cases.hand_in_package import (
    HandInPackage,
    PackageNotTaken,
    bodies_to_hand_in_for,
    hand_in_package,
)
from processes.use_cases.import_package import ImportedDocument
from web.current import my_id, office
from web.findings import PageFinding
from web.package_words import package_advice, package_findings
from web.requests import identity, line
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("imports", __name__, url_prefix="/archive/imports")


@pages.get("")
@signed_in_only
def page() -> Response:
    """Where a package is handed in."""
    return _page([], ())


@pages.post("")
@signed_in_only
def taken() -> Response:
    """The package is checked whole, then taken in; what became of each document."""
    file = request.files.get("package")
    if file is None or not file.filename:
        return _page([PageFinding(text=_("Choose a package first."), href="#package")], ())
    command = HandInPackage(
        by=my_id(),
        body_id=identity(line("body")),
        name=file.filename,
        file=file.stream,
        state_secret=declares_state_secret(request.form),
    )
    try:
        documents = hand_in_package(office(), command)
    except PackageNotTaken as error:
        return _page(package_findings(error.faults), (), package_advice(error.faults))
    return _page([], documents)


def _page(
    findings: Sequence[PageFinding], documents: Sequence[ImportedDocument], advice: Sequence[str] = ()
) -> Response:
    where = [(each.id, each.title) for each in bodies_to_hand_in_for(office(), my_id())]
    shown = render_template(
        "imports.html", findings=findings, advice=advice, documents=documents, where=where, entered=request.form
    )
    return make_response(shown, 422 if findings else 200)
