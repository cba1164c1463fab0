"""The administrator's pages of people and bodies."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused
from processes.queries.staff import administered_bodies, people, person_page
from processes.use_cases.add_body import FUNCTIONS, AddBody, AddUnit, add_body, add_unit
from processes.use_cases.admit_person import AdmitPerson, admit_person
from processes.use_cases.close_account import Account, close_account, reopen_account, reset_password
from processes.use_cases.grant_mandate import GrantMandate, RevokeMandate, grant_mandate, revoke_mandate
from processes.use_cases.revoke_certificate import REASONS, RevokeCertificate, revoke_certificate
from processes.vocabulary import CALENDARS, TERRITORIES
from web.current import my_id, now, office
from web.entries import beginning_of, optional_day, refused, required_day
from web.findings import PageFinding
from web.i18n import LANGUAGES
from web.requests import identity, line, number
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("staff", __name__, url_prefix="/admin")
Answer = Response | BaseResponse | str
MAX_TEXT = 200


@pages.get("")
@signed_in_only
def page() -> str:
    """People and their mandates."""
    text = request.args.get("text", "")[:MAX_TEXT]
    return render_template(
        "admin_people.html",
        people=people(office(), my_id(), text=text, page=number(request.args.get("page"))),
        text=text,
        now=now(),
        page_url=lambda n: url_for("staff.page", **{**request.args, "page": n}),
    )


@pages.get("/people/new")
@signed_in_only
def new_person() -> Answer:
    """The form that admits somebody."""
    return _new_person([])


@pages.post("/people/new")
@signed_in_only
def admitted() -> Answer:
    """Admit somebody, and show the first password once."""
    # the units' list sends the body with the unit; nothing chosen is no id, which no browser's form lets through
    body_id, _sep, unit_id = request.form.get("unit", "").partition("/")
    try:
        found = admit_person(
            office(),
            AdmitPerson(
                by=my_id(),
                login=line("login"),
                name=line("name"),
                email=line("email"),
                language=request.form.get("language", ""),
                body_id=identity(body_id),
                unit_id=identity(unit_id),
                post=_titles("post"),
            ),
        )
    except EntryRefused as error:
        return _new_person([refused(error)])
    return _person(found.person_id, secret=found.password)


@pages.get("/people/<uuid:person_id>")
@signed_in_only
def one(person_id: UUID) -> Answer:
    """A person: mandates, certificates, account."""
    return _person(person_id)


@pages.post("/people/<uuid:person_id>/mandates")
@signed_in_only
def mandate(person_id: UUID) -> Answer:
    """Enter a mandate."""
    bodies = {body.id: body for body in person_page(office(), my_id(), person_id).bodies}
    body = bodies.get(identity(request.form.get("body", "")))

    def grant() -> None:
        if body is None:
            raise EntryRefused("body", "unknown")
        first, last = required_day("valid_from"), optional_day("valid_to")
        grant_mandate(
            office(),
            GrantMandate(
                by=my_id(),
                holder_id=person_id,
                role=request.form.get("role", ""),
                capacity=request.form.get("capacity", ""),
                body_id=body.id,
                act=line("act"),
                number=line("number"),
                dated=required_day("dated"),
                valid_from=beginning_of(first, body.time_zone),
                # the last day is a day on which it holds
                valid_to=beginning_of(last + timedelta(days=1), body.time_zone) if last else None,
                acts_for_id=identity(request.form["acts_for"]) if request.form.get("acts_for") else None,
                unit_id=identity(request.form["unit"]) if request.form.get("unit") else None,
            ),
        )

    return _done(person_id, grant, _("The mandate is entered."))


@pages.post("/people/<uuid:person_id>/mandates/<uuid:mandate_id>/revoke")
@signed_in_only
def unmandate(person_id: UUID, mandate_id: UUID) -> Answer:
    """Revoke a mandate, with a ground."""
    request_ = RevokeMandate(by=my_id(), mandate_id=mandate_id, ground=line("ground"))
    return _done(person_id, lambda: revoke_mandate(office(), request_), _("The mandate is revoked."))


@pages.post("/people/<uuid:person_id>/certificates/<serial>/revoke")
@signed_in_only
def uncertify(person_id: UUID, serial: str) -> Answer:
    """Revoke a certificate."""
    request_ = RevokeCertificate(by=my_id(), serial=serial, reason=request.form.get("reason", ""))
    return _done(person_id, lambda: revoke_certificate(office(), request_), _("The certificate is revoked."))


@pages.post("/people/<uuid:person_id>/account")
@signed_in_only
def account(person_id: UUID) -> Answer:
    """Close or reopen an account, or draw a new password."""
    request_ = Account(by=my_id(), person_id=person_id)
    action = request.form.get("_action", "")
    if action == "reset":
        return _person(person_id, secret=reset_password(office(), request_))
    change = close_account if action == "close" else reopen_account
    told = _("The account is closed.") if action == "close" else _("The account is open again.")
    return _done(person_id, lambda: change(office(), request_), told)


@pages.get("/bodies")
@signed_in_only
def bodies() -> Answer:
    """Public bodies and their units."""
    return _bodies([])


@pages.post("/bodies")
@signed_in_only
def body_added() -> Answer:
    """Add a body."""
    form = request.form
    try:
        add_body(
            office(),
            AddBody(
                by=my_id(),
                code=line("code"),
                title=_titles("title"),
                calendar=form.get("calendar", ""),
                time_zone=line("time_zone"),
                language=form.get("language", ""),
                functions=tuple(form.getlist("functions")),
                territory=form.get("territory") or None,
            ),
        )
    except EntryRefused as error:
        return _bodies([refused(error)])
    flash(
        _("The body is added, with its fonds and its e-seal. You administer it."),
        "ok",
    )
    return redirect(url_for("staff.bodies"))


@pages.post("/bodies/<uuid:body_id>/units")
@signed_in_only
def unit_added(body_id: UUID) -> Answer:
    """Add a unit."""
    try:
        add_unit(office(), AddUnit(by=my_id(), body_id=body_id, code=line("code"), title=_titles("title")))
    except EntryRefused as error:
        return _bodies([refused(error)])
    flash(_("The unit is added."), "ok")
    return redirect(url_for("staff.bodies"))


def _titles(name: str) -> Mapping[str, str]:
    return {language: line(f"{name}_{language}") for language in LANGUAGES}


def _done(person_id: UUID, change: Callable[[], None], told: str) -> Answer:
    try:
        change()
    except EntryRefused as error:
        return _person(person_id, findings=[refused(error)])
    flash(told, "ok")
    return redirect(url_for("staff.one", person_id=person_id))


def _person(person_id: UUID, *, findings: list[PageFinding] | None = None, secret: str = "") -> Response:
    shown = render_template(
        "admin_person.html",
        page=person_page(office(), my_id(), person_id),
        findings=findings or [],
        secret=secret,
        reasons=REASONS,
        entered=request.form,
        now=now(),
    )
    return make_response(shown, 422 if findings else 200)


def _new_person(findings: list[PageFinding]) -> Response:
    shown = render_template(
        "admin_new_person.html",
        bodies=administered_bodies(office(), my_id()),
        findings=findings,
        entered=request.form,
        codes=tuple(LANGUAGES),
    )
    return make_response(shown, 422 if findings else 200)


def _bodies(findings: list[PageFinding]) -> Response:
    shown = render_template(
        "admin_bodies.html",
        bodies=administered_bodies(office(), my_id()),
        findings=findings,
        entered=request.form,
        codes=tuple(LANGUAGES),
        calendars=CALENDARS,
        functions=FUNCTIONS,
        territories=TERRITORIES,
    )
    return make_response(shown, 422 if findings else 200)
