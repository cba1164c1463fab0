"""What somebody sent after their session had ended is kept over the sign-in, and is their draft again afterwards.

It travels in the sign-in page itself, signed by this server. Only a form of this very site is kept: another site could
otherwise write into somebody's draft.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app, flash, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from processes.errors import ProcessesError
from processes.office import Office
from processes.queries.step_page import StepQuery, step_page
from processes.use_cases.drafts import SaveDraft, save_draft
from web.form_view import posted
from web.texts import gettext as _

FIELD = "_resume"
STEP_FORM = "tasks.act"
HOUR = 3600


def keep() -> str:
    """The form of a step that this request carries, as a token for the sign-in page; empty if there is none."""
    if request.endpoint != STEP_FORM or request.method != "POST" or not _from_here():
        return ""
    item_id = (request.view_args or {}).get("item_id")
    return _serializer().dumps([str(item_id), posted()])


def take_up(office: Office, person_id: UUID, token: str) -> str | None:
    """Save what was kept as this person's draft; the address of the step it belongs to, or None if nothing was kept."""
    try:
        item, fields = _serializer().loads(token, max_age=HOUR)
    except BadSignature:
        return None
    # whoever may not go on with the step is told so by its own page
    with suppress(ProcessesError):
        _save(office, person_id, UUID(item), fields)
        flash(_("Your session had ended. What you entered is in the form again."), "ok")
    return url_for("tasks.form", item_id=item)


def _save(office: Office, person_id: UUID, item_id: UUID, fields: Mapping[str, Sequence[str]]) -> None:
    page = step_page(office, StepQuery(item_id=item_id, by=person_id, posted=fields))
    save_draft(office, SaveDraft(item_id=item_id, by=person_id, fields=page.form.fields, remarks=page.drafted_remarks))


def _from_here() -> bool:
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="resume")
