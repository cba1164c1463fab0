"""The first page, for everybody."""

from flask import Blueprint, render_template

from web.current import office
from web.i18n import LANGUAGES

pages = Blueprint("public", __name__)


@pages.get("/")
def home() -> str:
    """Four doors for citizens; officers sign in from the head of the page."""
    return render_template("home.html", greetings=LANGUAGES)


@pages.get("/health")
def health() -> dict[str, str]:
    """Whether the database answers, for whoever watches the process."""
    with office().reading() as uow:
        return {"status": "ok", "time": uow.now.isoformat()}
