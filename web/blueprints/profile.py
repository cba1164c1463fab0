"""One's own page: mandates, password, and the PIN of one's signing key."""

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_login import login_user
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused, PinRefused
from processes.queries.certificates import own_keys
from processes.queries.people import elsewhere, signed_in
from processes.use_cases.change_password import ChangePassword, change_password
from processes.use_cases.choose_pin import ChoosePin, choose_pin
from processes.use_cases.register_agent_key import AskForKey, RegisterAgentKey, ask_for_key, register_agent_key
from processes.use_cases.register_key_file import RegisterKeyFile, register_key_file
from processes.use_cases.request_certificate import RequestCertificate, request_certificate
from web.current import me, my_id, office
from web.entries import refused, same_twice
from web.findings import PageFinding
from web.i18n import language
from web.own_keys import decoded, octets
from web.security import let_through
from web.session import SessionUser, signed_in_only
from web.texts import gettext as _
from web.texts import ngettext

pages = Blueprint("profile", __name__, url_prefix="/me")
Answer = Response | BaseResponse | str


@pages.get("")
@signed_in_only
def page() -> Answer:
    """What one may do here, and with which certificate."""
    return _page([])


@pages.post("/password")
@signed_in_only
def password() -> Answer:
    """Change one's password; this session goes on, every other ends."""
    try:
        command = ChangePassword(
            by=my_id(),
            old=request.form.get("old", "").replace("\x00", ""),
            new=same_twice("password"),
            address=request.remote_addr or "unknown",
        )
        person = change_password(office(), command)
    except EntryRefused as error:
        return _page([refused(error)])
    found = signed_in(office(), person.id, person.session_epoch)
    if found is not None:
        login_user(SessionUser(found))
    flash(_("Your password is changed. Wherever else you were signed in, you are not any more."), "ok")
    return redirect(url_for("profile.page"))


@pages.post("/pin")
@signed_in_only
def pin() -> Answer:
    """Choose the PIN of one's key; whoever has no certificate gets one."""
    try:
        new = same_twice("pin")
        choose_pin(office(), ChoosePin(by=my_id(), new=new, old=request.form.get("old_pin", "").replace("\x00", "")))
    except EntryRefused as error:
        return _page([refused(error)])
    except PinRefused as error:
        left = ngettext("%(num)d try is left.", "%(num)d tries are left.", error.left)
        text = _("The PIN does not open your key.") + " " + left
        return _page([PageFinding(text=text, href="#old_pin")])
    flash(_("Your key is locked with the new PIN. Nobody else knows it, and nobody can tell it to you again."), "ok")
    return redirect(url_for("profile.page"))


@pages.post("/key")
@signed_in_only
def key() -> Answer:
    """A key made in this browser asks for its certificate."""
    command = RequestCertificate(by=my_id(), info=octets("info"), value=octets("value"))
    try:
        serial = request_certificate(office(), command)
    except EntryRefused as error:
        return _page([refused(error)])
    if serial is None:
        told = _("Your request waits for the authority. An administrator takes it there and brings the certificate.")
    else:
        told = _("Your key is made and certified. It stays in this browser: sign from here.")
    flash(told, "ok")
    return redirect(url_for("profile.page"))


@pages.post("/key-file")
@signed_in_only
def key_file() -> Answer:
    """The certificate of an own file, with the proof that its key is at hand. The file itself never comes here."""
    command = RegisterKeyFile(
        by=my_id(),
        certificate=octets("certificate"),
        chain=[decoded(one) for one in request.form.get("chain", "").split()],
        challenge=request.form.get("challenge", ""),
        value=octets("value"),
    )
    try:
        register_key_file(office(), command)
    except EntryRefused as error:
        return _page([refused(error)])
    flash(_("The certificate of your file is entered. Choose the file each time you sign."), "ok")
    return redirect(url_for("profile.page"))


@pages.post("/agent/<store>/question")
@signed_in_only
def agent_question(store: str) -> Answer:
    """What the page asks the program on the officer's computer, so that its key may be enrolled."""
    try:
        asked, challenge = ask_for_key(office(), AskForKey(by=my_id(), store=store, language=language()))
    except EntryRefused as error:
        return make_response(jsonify(refused=refused(error).text), 422)
    return jsonify(agent=asked.url, question=asked.question, challenge=challenge)


@pages.post("/agent/<store>")
@signed_in_only
def agent_key(store: str) -> Answer:
    """The certificate of the key that the program signed with."""
    said = request.form.get("challenge", "")
    command = RegisterAgentKey(by=my_id(), store=store, challenge=said, answer=request.form.get("answer", ""))
    try:
        register_agent_key(office(), command)
    except EntryRefused as error:
        return _page([refused(error)])
    flash(_("The certificate of your token or card is entered. The program asks you each time you sign."), "ok")
    return redirect(url_for("profile.page"))


def _page(findings: list[PageFinding]) -> Response:
    let_through(each.origin for each in office().key_stores.agents().values())
    shown = render_template(
        "me.html", keys=own_keys(office(), my_id()), elsewhere=elsewhere(office(), me()), findings=findings
    )
    return make_response(shown, 422 if findings else 200)
