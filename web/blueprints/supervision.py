"""The supervisor's page: overdue steps, deadlines kept, workload, execution discipline."""

from flask import Blueprint, render_template

from processes.queries.supervision import supervision
from web.current import my_id, office
from web.session import signed_in_only

pages = Blueprint("supervision", __name__, url_prefix="/supervision")


@pages.get("")
@signed_in_only
def page() -> str:
    """Everything a supervisor watches."""
    return render_template("supervision.html", page=supervision(office(), my_id()))
