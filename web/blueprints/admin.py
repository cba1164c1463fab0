"""The administrator's pages."""

from flask import Blueprint, render_template, request, url_for

from processes.queries.admin import audit_trail, outbox
from processes.queries.certificates import certificates
from processes.queries.incidents import incidents
from web.current import my_id, office
from web.requests import number
from web.session import signed_in_only

pages = Blueprint("admin", __name__, url_prefix="/admin")
MAX_TEXT = 200


@pages.get("/certificates")
@signed_in_only
def certificate_list() -> str:
    """Certificates, those that need attention first."""
    return render_template("admin_certificates.html", certificates=certificates(office(), my_id()))


@pages.get("/outbox")
@signed_in_only
def outbox_list() -> str:
    """Notices, sent or waiting."""
    return render_template(
        "admin_outbox.html",
        outbox=outbox(office(), my_id(), number(request.args.get("page"))),
        page_url=lambda n: url_for("admin.outbox_list", page=n),
    )


@pages.get("/incidents")
@signed_in_only
def incident_list() -> str:
    """Jobs that failed."""
    return render_template("admin_incidents.html", incidents=incidents(office(), my_id()))


@pages.get("/audit")
@signed_in_only
def audit() -> str:
    """The audit trail."""
    action, text = request.args.get("action", "")[:MAX_TEXT], request.args.get("text", "")[:MAX_TEXT]
    return render_template(
        "admin_audit.html",
        trail=audit_trail(office(), my_id(), action=action, text=text, page=number(request.args.get("page"))),
        action=action,
        text=text,
        page_url=lambda n: url_for("admin.audit", **{**request.args, "page": n}),
    )
