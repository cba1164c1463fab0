"""What is said after something was done with many rows at once."""

from flask import flash

from processes.use_cases.work_items import Many
from web.texts import ngettext


def tell_of_many(result: Many) -> None:
    """How many were done, and how many were left as they were."""
    if result.done:
        flash(ngettext("%(num)d step is done as you asked.", "%(num)d steps are done as you asked.", result.done), "ok")
    if result.refused:
        left = ngettext(
            "%(num)d step stayed as it was: somebody was faster, or it is not for you.",
            "%(num)d steps stayed as they were: somebody was faster, or they are not for you.",
            len(result.refused),
        )
        flash(left, "warn")
