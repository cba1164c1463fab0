"""The tree of the archive, for its archivists: fonds, series, files, and their inventories."""

from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused
from processes.inventories import SHAPES, unit_inventory
from processes.queries.arrangement import ELEMENTS, tree, unit_page
from processes.use_cases.arrange import (
    CloseUnit,
    CreateUnit,
    DescribeUnit,
    MoveUnit,
    close_unit,
    create_unit,
    describe_unit,
    move_unit,
)
from web.current import my_id, office
from web.documents import served
from web.entries import refused
from web.findings import PageFinding
from web.i18n import LANGUAGES, language
from web.requests import identity, line, text
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("arrangement", __name__, url_prefix="/archive/arrangement")
Answer = Response | BaseResponse | str
KIND = "<any(fonds, series, file):kind>"


@pages.get("")
@signed_in_only
def page() -> Answer:
    """The fonds and series of the bodies whose archive this person keeps."""
    return _tree([])


@pages.post("")
@signed_in_only
def fonds_created() -> Answer:
    """A new fonds of a body."""
    try:
        unit_id = create_unit(
            office(),
            CreateUnit(
                by=my_id(), kind="fonds", above=identity(line("body")), code=line("code"), title=_titles("title")
            ),
        )
    except EntryRefused as error:
        return _tree([refused(error)])
    flash(_("The fonds is in the archive."), "ok")
    return redirect(url_for("arrangement.unit", kind="fonds", unit_id=unit_id))


@pages.get(f"/{KIND}/<uuid:unit_id>")
@signed_in_only
def unit(kind: str, unit_id: UUID) -> Answer:
    """One fonds, series or file."""
    return _unit(kind, unit_id, [])


@pages.post(f"/{KIND}/<uuid:unit_id>")
@signed_in_only
def changed(kind: str, unit_id: UUID) -> Answer:
    """What the form says: describe, move, close, or create below."""
    action = request.form.get("_action", "")
    known: Mapping[str, tuple[Callable[[str, UUID], object], str]] = {
        "describe": (_describe, _("The description is kept.")),
        "move": (_move, _("It stands in its new place.")),
        "close": (_close, _("It is closed.")),
        "create": (_create, _("It is in the archive.")),
        "part": (_create_part, _("It is in the archive.")),
    }
    if action not in known:
        return _unit(kind, unit_id, [])
    change, told = known[action]
    try:
        change(kind, unit_id)
    except EntryRefused as error:
        return _unit(kind, unit_id, [refused(error)])
    flash(told, "ok")
    return redirect(url_for("arrangement.unit", kind=kind, unit_id=unit_id))


@pages.get(f"/{KIND}/<uuid:unit_id>/inventory.<any({', '.join(SHAPES)}):shape>")
@signed_in_only
def inventory(kind: str, unit_id: UUID, shape: str) -> Answer:
    """Its inventory, in the language asked for or that of the page."""
    wanted = request.args.get("language", "")
    chosen = wanted if wanted in LANGUAGES else language()
    content = unit_inventory(office(), my_id(), kind, unit_id, language=chosen, shape=shape)
    return served(content, f"inventory-{kind}-{chosen}.{shape}", SHAPES[shape], download=shape != "pdf")


def _describe(kind: str, unit_id: UUID) -> None:
    describe_unit(
        office(),
        DescribeUnit(
            by=my_id(),
            kind=kind,
            unit_id=unit_id,
            code=line("code"),
            title=_titles("title") if kind != "file" else line("title"),
            description={name: text(f"element_{name}", 5000) for name in ELEMENTS},
        ),
    )


def _move(kind: str, unit_id: UUID) -> None:
    move_unit(
        office(),
        MoveUnit(by=my_id(), kind=kind, unit_id=unit_id, target=identity(line("target")), ground=line("ground")),
    )


def _close(kind: str, unit_id: UUID) -> None:
    close_unit(office(), CloseUnit(by=my_id(), kind=kind, unit_id=unit_id))


def _create(kind: str, unit_id: UUID) -> None:
    below = {"fonds": "series", "series": "file"}.get(kind)
    if below is None:
        raise EntryRefused("target", "malformed")  # a file has documents, and nothing else, below it
    create_unit(
        office(),
        CreateUnit(
            by=my_id(),
            kind=below,
            above=unit_id,
            code=line("new_code"),
            title=_titles("new_title") if below != "file" else line("new_title"),
            retention_class=line("retention_class"),
        ),
    )


def _create_part(_kind: str, unit_id: UUID) -> None:
    series = unit_page(office(), my_id(), "series", unit_id).unit
    create_unit(
        office(),
        CreateUnit(
            by=my_id(),
            kind="series",
            above=series.fonds_id,
            part_of=unit_id,
            code=line("part_code"),
            title=_titles("part_title"),
            retention_class=line("part_retention_class"),
        ),
    )


def _titles(name: str) -> Mapping[str, str]:
    return {code: line(f"{name}_{code}") for code in LANGUAGES}


def _tree(findings: list[PageFinding]) -> Response:
    bodies, nodes = tree(office(), my_id())
    shown = render_template(
        "arrangement.html",
        bodies=bodies,
        nodes=nodes,
        findings=findings,
        entered=request.form,
        codes=tuple(LANGUAGES),
    )
    return make_response(shown, 422 if findings else 200)


def _unit(kind: str, unit_id: UUID, findings: list[PageFinding]) -> Response:
    shown = render_template(
        "arrangement_unit.html",
        page=unit_page(office(), my_id(), kind, unit_id),
        findings=findings,
        entered=request.form,
        codes=tuple(LANGUAGES),
        elements=ELEMENTS,
        form_id=uuid4(),
    )
    return make_response(shown, 422 if findings else 200)
