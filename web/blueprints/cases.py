"""Cases: the list, one case with its timeline and diagram, and new ones."""

from contextlib import suppress
from uuid import UUID

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import InvalidStep, NotPermitted, StepOvertaken
from processes.forms import FieldFinding
from processes.queries.case_page import case_page, diagram_source
from processes.queries.cases import CaseFilter, case_list
from processes.queries.starting import StartPage, StartQuery, start_page, startable
from processes.use_cases.start_case import StartCase, StartedCase, start_case
from processes.use_cases.work_items import ClaimItem, claim_item
from web.current import my_id, office
from web.documents import served
from web.form_view import page_form, posted, summary
from web.i18n import language, use_language
from web.kept_files import KeptFiles
from web.requests import identity, number
from web.session import signed_in_only

pages = Blueprint("cases", __name__, url_prefix="/cases")
Answer = Response | BaseResponse | str
MAX_TEXT = 200


@pages.get("")
@signed_in_only
def page() -> str:
    """The cases this person may see."""
    wanted = CaseFilter(
        text=request.args.get("text", "")[:MAX_TEXT],
        process=request.args.get("process", ""),
        status=request.args.get("status", ""),
        overdue=request.args.get("overdue") == "yes",
        page=number(request.args.get("page")),
    )
    return render_template(
        "cases.html",
        cases=case_list(office(), my_id(), wanted),
        page_url=lambda n: url_for("cases.page", **{**request.args, "page": n}),
    )


@pages.get("/<uuid:case_id>")
@signed_in_only
def one(case_id: UUID) -> str:
    """One case."""
    g.draws_diagram = True
    return render_template("case.html", page=case_page(office(), case_id, my_id()))


@pages.get("/<uuid:case_id>/<key>.bpmn")
@signed_in_only
def diagram(case_id: UUID, key: str) -> Response:
    """The model of a process of the case, for the diagram."""
    source = diagram_source(office(), case_id, key, my_id(), language=language())
    return served(source, f"{key}.bpmn", "application/xml", download=False)


@pages.get("/new")
@signed_in_only
def new() -> str:
    """What this person may start."""
    return render_template("new_case.html", choices=startable(office(), my_id()))


@pages.get("/new/<key>/<uuid:body_id>")
@signed_in_only
def start_form(key: str, body_id: UUID) -> Answer:
    """The form a case begins with; without one, a page that says what will begin."""
    view = start_page(office(), StartQuery(key=key, body_id=body_id, by=my_id()))
    return _form(view, KeptFiles())


@pages.post("/new/<key>/<uuid:body_id>")
@signed_in_only
def start(key: str, body_id: UUID) -> Answer:
    """Begin, or show what is wrong."""
    kept = KeptFiles.from_request(office())
    query = StartQuery(key=key, body_id=body_id, by=my_id(), posted=posted(), files=kept.as_fields())
    action, _, argument = request.form.get("_action", "submit").partition(":")
    if action == "language":
        use_language(argument)
    view = start_page(office(), query)
    if kept.refused or action != "submit":
        return _form(view, kept, status=422 if kept.refused else 200)
    command = StartCase(
        definition_key=key,
        body_id=body_id,
        by=my_id(),
        language=language(),
        fields=view.form.fields if view.form else {},
        files=kept.files,
        channel=str(view.form.fields.get("channel", "internal")) if view.form else "internal",
        case_id=identity(request.form.get("_case", "")),
    )
    try:
        started = start_case(office(), command)
    except InvalidStep as error:
        findings = [each for each in error.findings if isinstance(each, FieldFinding)]
        refused = StartQuery(
            key=key, body_id=body_id, by=my_id(), posted=posted(), findings=findings, files=kept.as_fields()
        )
        return _form(start_page(office(), refused), kept, status=422, told=True)
    return redirect(_first_page(started))


def _first_page(started: StartedCase) -> str:
    """The first step, claimed for whoever began the case; the case itself where that step is for others."""
    if started.first_item:
        with suppress(NotPermitted, StepOvertaken):
            claim_item(office(), ClaimItem(item_id=started.first_item, version=1, by=my_id()))
            return url_for("tasks.form", item_id=started.first_item)
    return url_for("cases.one", case_id=started.case_id)


def _form(view: StartPage, kept: KeptFiles, *, status: int = 200, told: bool = False) -> Response:
    findings = [*kept.refused, *(summary(view.form) if told and view.form else [])]
    shown = render_template(
        "start.html",
        page=view,
        form=page_form(view.form) if view.form else None,
        kept=kept,
        findings=findings,
        action=url_for("cases.start", key=view.key, body_id=view.body_id),
        public=False,
    )
    return make_response(shown, status)
