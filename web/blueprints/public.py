"""The first page, for everybody."""

import structlog
from flask import Blueprint, render_template

from processes.queries.readiness import readiness
from web.current import office
from web.i18n import LANGUAGES

pages = Blueprint("public", __name__)
log = structlog.get_logger("web")


@pages.get("/")
def home() -> str:
    """Four doors for citizens; officers sign in from the head of the page."""
    return render_template("home.html", greetings=LANGUAGES)


@pages.get("/health")
def health() -> dict[str, str]:
    """Whether the database answers, for whoever watches the process."""
    with office().reading() as uow:
        return {"status": "ok", "time": uow.now.isoformat()}


@pages.get("/readyz")
def ready() -> tuple[dict[str, str], int]:
    """Whether work is done here, for a load balancer. What is amiss stands in the log and in `karguzar status`."""
    here = office()
    missing = [check.name for check in readiness(here.settings, here.database, here.blobs) if not check.ok]
    if missing:
        log.warning("not ready", missing=missing)
        return {"status": "not ready"}, 503
    return {"status": "ready"}, 200
