"""Codes of retention and disposal in the reader's language."""

from processes.errors import DisposalRefused, ProcessesError
from web.texts import gettext as _


def start_rule(rule: str) -> str:
    """From when a period runs."""
    names = {
        "case_closed": _("the day the case was closed"),
        "year_end": _("1 January after the case was closed"),
        "last_signature": _("the day of the last signature"),
        "act_repealed": _("the day the act lost its force"),
        "event": _("an event that the archivist notes"),
    }
    return names.get(rule, rule)


def retention_outcome(outcome: str) -> str:
    """What becomes of documents when their period has ended."""
    names = {
        "permanent": _("kept for ever"),
        "review": _("reviewed"),
        "destroy": _("destroyed"),
        "transfer": _("handed over to another archive"),
    }
    return names.get(outcome, outcome)


def schedule_state(state: str) -> str:
    """What became of a wording of a schedule."""
    names = {
        "proposed": _("waits for a second person"),
        "in_force": _("in force"),
        "superseded": _("no longer in force"),
        "refused": _("refused"),
    }
    return names.get(state, state)


def disposal_state(state: str) -> str:
    """What has become of a document on a review list."""
    names = {
        "listed": _("under review"),
        "destroyed": _("destroyed"),
        "retained": _("kept on"),
        "transferred": _("handed over"),
        "withheld": _("withheld by a hold or a changed period"),
        "refused": _("not accepted by the receiver"),
        "dropped": _("taken off the list"),
    }
    return names.get(state, state)


def disposal_refused(error: ProcessesError) -> tuple[str, str, str]:
    """Title, text and what comes next."""
    reason, numbers = (error.reason, error.numbers) if isinstance(error, DisposalRefused) else ("", ())
    texts = {
        "both": _("Each document has one decision; these are in both lists: %(numbers)s.", numbers=", ".join(numbers)),
        "no-receiver": _(
            "No body of this office takes over documents. Name a receiver outside, or ask the administrator."
        ),
    }
    held = _("Held, to be kept longer, on another list or gone already: %(numbers)s.", numbers=", ".join(numbers))
    return _("These documents cannot be disposed of like that"), texts.get(reason, held), _("Change the selection.")
