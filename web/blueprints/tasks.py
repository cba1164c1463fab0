"""A human step: its form, drafts, attachments, and the way to signing."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import (
    CosignersUnknown,
    InvalidStep,
    NoPlaceToSign,
    ProcessesError,
    RouteBarred,
    StepOvertaken,
)
from processes.forms import FieldFinding
from processes.queries.assigning import assignment
from processes.queries.cases import case_of_item
from processes.queries.step_page import StepPage, StepQuery, step_page
from processes.use_cases.attach_file import AttachFile, attach_file, remove_attachment
from processes.use_cases.drafts import SavedDraft, SaveDraft, save_draft
from processes.use_cases.record_step import record_step
from processes.use_cases.submit_step import SubmitStep, submit_step
from processes.use_cases.view_document import view_to_cosign
from processes.use_cases.work_items import (
    AssignItem,
    ClaimItem,
    ReleaseItem,
    assign_item,
    claim_item,
    release_item,
)
from web.current import my_id, office
from web.documents import pdf
from web.errors import told
from web.findings import PageFinding
from web.form_view import page_form, posted, summary, uploads
from web.i18n import use_language
from web.own_keys import keys_here
from web.requests import identity, line, version
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("tasks", __name__, url_prefix="/tasks")
Answer = Response | BaseResponse | str


@pages.get("/<uuid:item_id>")
@signed_in_only
def form(item_id: UUID) -> Answer:
    """The form of a step, from the draft or anew."""
    try:
        page = step_page(office(), StepQuery(item_id=item_id, by=my_id()))
    except StepOvertaken as error:
        flash(told(error).text, "warn")
        return redirect(url_for("cases.one", case_id=case_of_item(office(), item_id)))
    return _page(page)


@pages.get("/<uuid:item_id>/document.pdf")
@signed_in_only
def shared(item_id: UUID) -> Answer:
    """The document of an earlier step that this one signs, as it is now; for whoever's turn it is."""
    number, content = view_to_cosign(office(), item_id, my_id())
    return pdf(content, f"{number}.pdf")


@pages.post("/<uuid:item_id>")
@signed_in_only
def act(item_id: UUID) -> Answer:
    """Whatever the buttons of the form say. The draft is kept first, so that nothing entered is ever lost."""
    action, _sep, argument = request.form.get("_action", "refresh").partition(":")
    page = step_page(office(), StepQuery(item_id=item_id, by=my_id(), posted=posted()))
    _save(page)
    if action == "submit":
        return _submit(page)
    findings = _attach(item_id) if action in {"attach", "save"} else []
    if action == "remove":
        remove_attachment(office(), identity(argument), my_id())
    if action == "language":
        use_language(argument)
    if findings:
        return _page(step_page(office(), StepQuery(item_id=item_id, by=my_id())), findings=findings, status=422)
    if action == "save":
        flash(_("The draft is saved."), "ok")
    return redirect(url_for("tasks.form", item_id=item_id))


@pages.post("/<uuid:item_id>/part")
@signed_in_only
def part(item_id: UUID) -> Answer:
    """The sections again, for htmx: what is visible, computed and found now. Keeps the draft too."""
    page = step_page(office(), StepQuery(item_id=item_id, by=my_id(), posted=posted()))
    _save(page)
    return render_template("_sections.html", form=page_form(page.form), files=page.files)


@pages.post("/<uuid:item_id>/draft")
@signed_in_only
def draft(item_id: UUID) -> Answer:
    """Keep the draft, and say so."""
    saved = _save(step_page(office(), StepQuery(item_id=item_id, by=my_id(), posted=posted())))
    return render_template("_draft_state.html", saved=saved)


@pages.post("/<uuid:item_id>/claim")
@signed_in_only
def claim(item_id: UUID) -> Answer:
    """Take a step of one's group."""
    claim_item(office(), ClaimItem(item_id=item_id, version=version(), by=my_id()))
    return redirect(url_for("tasks.form", item_id=item_id))


@pages.post("/<uuid:item_id>/release")
@signed_in_only
def release(item_id: UUID) -> Answer:
    """Give a step back to one's group."""
    release_item(office(), ReleaseItem(item_id=item_id, version=version(), by=my_id()))
    flash(_("The step is open to your group again. Your draft is kept."), "ok")
    return redirect(url_for("inbox.page"))


@pages.get("/<uuid:item_id>/assign")
@signed_in_only
def assign(item_id: UUID) -> Answer:
    """Whom a supervisor may give a step to."""
    return render_template("assign.html", page=assignment(office(), item_id, my_id()), findings=[])


@pages.post("/<uuid:item_id>/assign")
@signed_in_only
def assigned(item_id: UUID) -> Answer:
    """Give a step to somebody, with a ground."""
    ground, to = line("ground"), request.form.get("to", "")
    findings = [] if ground else [PageFinding(text=_("Say why the step is given to somebody else."), href="#ground")]
    if not to:
        findings.append(PageFinding(text=_("Choose a person."), href="#to"))
    if findings:
        page = assignment(office(), item_id, my_id())
        return make_response(render_template("assign.html", page=page, findings=findings), 422)
    item = assign_item(
        office(), AssignItem(item_id=item_id, version=version(), to=identity(to), by=my_id(), ground=ground)
    )
    flash(_("The step has been given on."), "ok")
    return redirect(url_for("cases.one", case_id=item.instance_id))


def _save(page: StepPage) -> SavedDraft:
    request_ = SaveDraft(item_id=page.item_id, by=my_id(), fields=page.form.fields, remarks=page.drafted_remarks)
    return save_draft(office(), request_)


def _submit(page: StepPage) -> Answer:
    findings = _attach(page.item_id)
    if findings:
        return _page(step_page(office(), StepQuery(item_id=page.item_id, by=my_id())), findings=findings, status=422)
    if request.files:
        page = step_page(office(), StepQuery(item_id=page.item_id, by=my_id(), posted=posted()))
    command = SubmitStep(
        item_id=page.item_id,
        version=version(),
        by=my_id(),
        fields=page.form.fields,
        remarks=page.drafted_remarks,
        keys_here=keys_here(),
    )
    try:
        if page.signature == "none":
            done = record_step(office(), command)
            flash(_("The step is done. It stands in the case's history."), "ok")
            return redirect(url_for("cases.one", case_id=done.case_id))
        prepared = submit_step(office(), command)
    except InvalidStep as error:
        return _refused(page.item_id, error)
    except (RouteBarred, CosignersUnknown, NoPlaceToSign) as error:
        shown = told(error)
        return _page(page, findings=[PageFinding(text=f"{shown.text} {shown.next}")], status=422)
    return redirect(url_for("signing.page", attempt_id=prepared.attempt_id))


def _refused(item_id: UUID, error: InvalidStep) -> Answer:
    findings = [each for each in error.findings if isinstance(each, FieldFinding)]
    page = step_page(office(), StepQuery(item_id=item_id, by=my_id(), posted=posted(), findings=findings))
    return _page(page, findings=summary(page.form), status=422)


def _attach(item_id: UUID) -> list[PageFinding]:
    """Take in the files sent along; what was refused, and why."""
    refused = []
    for field, name, content in uploads():
        try:
            file = AttachFile(item_id=item_id, by=my_id(), field=field, name=name, content=content, declared=posted())
            attach_file(office(), file)
        except ProcessesError as error:
            if told(error).status in {403, 404, 409}:
                raise
            refused.append(PageFinding(text=f"{name}: {told(error).text}", href=f"#f-{field}"))
    return refused


def _page(page: StepPage, *, findings: Sequence[PageFinding] = (), status: int = 200) -> Answer:
    shown = render_template("task.html", page=page, form=page_form(page.form), findings=findings)
    return make_response(shown, status)
