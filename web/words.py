"""Codes that pages show, in the page's language."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Flask

from processes.queries.archive_list import FacetLine
from processes.queries.case_page import Diagram
from processes.queries.signing import kind_of_store
from processes.queries.tracking import TrackLine
from processes.use_cases.return_lost_work import GROUND as LOST
from processes.vocabulary import ACCESS_LEVELS, TERRITORIES
from processes.words import WORDS
from web.audit_words import finding_advice, finding_kind
from web.current import office
from web.i18n import FULL_NAMES, day, language, moment, titled
from web.retention_words import disposal_state, retention_outcome, schedule_state, start_rule
from web.texts import gettext as _
from web.verdicts import in_plain_words

SEPARATOR = re.compile(r"(?<!\\),")


def role_name(role: str) -> str:
    """A role."""
    names = {
        "responsible_person": _("Responsible person"),
        "operator": _("Operator of the registry"),
        "clerk": _("Clerk"),
        "head": _("Head"),
        "executor": _("Executor"),
        "archivist": _("Archivist"),
        "receiver": _("Receiver of the state archive"),
        "supervisor": _("Supervisor"),
        "designer": _("Process designer"),
        "administrator": _("Administrator"),
    }
    return names.get(role, role)


def capacity_name(capacity: str) -> str:
    """The capacity somebody acts in, as documents word it."""
    return WORDS.get(capacity, {}).get(language(), capacity)


def function_name(function: str) -> str:
    """What a body does for the others."""
    names = {
        "registry_operator": _("operates the registry of services"),
        "supervision": _("watches over the others' work"),
        "appeals": _("takes citizens' appeals"),
        "state_archive": _("takes over documents of the others' archives"),
    }
    return names.get(function, function)


def revocation_reason(reason: str) -> str:
    """Why a certificate is revoked (RFC 5280, 5.3.1)."""
    names = {
        "unspecified": _("another reason"),
        "keyCompromise": _("somebody else may know the key or its PIN"),
        "affiliationChanged": _("the person has another post or body"),
        "superseded": _("the PIN is forgotten, or a new certificate takes its place"),
        "cessationOfOperation": _("the person has left"),
    }
    return names.get(reason, reason)


def access_name(level: str) -> str:
    """An access level (B16)."""
    return titled(ACCESS_LEVELS[level]) if level in ACCESS_LEVELS else level


def waits_for(parts: Sequence[str]) -> str:
    """What a document's level still waits for; a sentence about a field is about somebody's signature."""
    names = {
        "signatures": _("the signatures of others"),
        "timestamp": _("a timestamp"),
        "validation data": _("revocation data"),
        "archive timestamp": _("the archive timestamp"),
    }
    return ", ".join(dict.fromkeys(names.get(part, names["signatures"]) for part in parts))


def territory_name(code: str) -> str:
    """A territory."""
    return titled(TERRITORIES[code]) if code in TERRITORIES else code


def item_ground(ground: str) -> str:
    """Why a step was given on: somebody's own words, or the office's in the page's language."""
    return _("the holder's mandate for the step has ended") if ground == LOST else ground


def store_name(store: str) -> str:
    """Where the key of a certificate is kept."""
    names = {
        "pkcs12": _("kept by the server, opened by the PIN"),
        "browser": _("in the officer's browser"),
        "file": _("in the officer's own file"),
        "pkcs11": _("in a token at the server, opened by the PIN"),
        "csc": _("at a remote signing service"),
        "consent": _("at a remote signing service that asks on its own page"),
        "agent": _("with a program on the officer's computer"),
        "mobile": _("on the officer's telephone"),
    }
    if store in names:
        return names[store]
    kind = kind_of_store(office(), store)
    return f"{names[kind]} ({store})" if kind else store


def calendar_name(code: str) -> str:
    """A working calendar, by the country whose days it has."""
    return {"AZ": _("Azerbaijan"), "KZ": _("Kazakhstan")}.get(code, code)


def channel_name(channel: str | None) -> str:
    """How something arrived."""
    names = {
        "portal": _("public form"),
        "paper": _("on paper"),
        "e-mail": _("by e-mail"),
        "oral": _("orally"),
        "in_person": _("in person"),
        "inter_departmental": _("from another body"),
        "internal": _("within the office"),
    }
    return names.get(channel or "", channel or "—")


def track_title(status: str) -> str:
    """The state of an appeal, in plain words."""
    titles = {
        "registered": _("Your appeal is registered"),
        "in_progress": _("Your appeal is being considered"),
        "forwarded": _("Your appeal was forwarded to the competent body"),
        "not_considered": _("Your appeal will not be considered"),
        "extended": _("Your appeal needs more time"),
        "answered": _("Your appeal has been answered"),
        "cancelled": _("Your appeal was closed"),
    }
    return titles.get(status, _("Your appeal is being considered"))


def track_event(line: TrackLine) -> str:
    """One thing that happened to an appeal, in plain words."""
    days = line.facts.get("days", "")
    titles = {
        "registered": _("Received and registered"),
        "receipt": _("Sealed receipt issued"),
        "routed": _("Sent to the competent unit"),
        "resolution": _("The head named who answers, within %(days)s working days", days=days),
        "extended": _("The time to answer was extended by %(days)s working days", days=days),
        "forwarded": _("Forwarded to the competent body"),
        "copied": _("A copy sent to another competent body"),
        "not_considered": _("Notice: the appeal is not considered, and why"),
        "answered": _("Answer signed"),
        "suspended": _("Suspended: %(ground)s", ground=line.facts.get("ground", "")),
        "resumed": _("Goes on again: %(ground)s", ground=line.facts.get("ground", "")),
        "signature_refused": _(
            "The signature on a document was refused: %(ground)s", ground=line.facts.get("ground", "")
        ),
        "cancelled": _("Closed without an answer: %(ground)s", ground=line.facts.get("ground", "")),
    }
    return titles.get(line.event, line.event)


def custody_event(event: str) -> str:
    """What happened to an archived document."""
    titles = {
        "accessioned": _("taken into the archive"),
        "viewed": _("viewed"),
        "classified": _("classified"),
        "validated": _("signature validated"),
        "revised": _("revision added"),
        "status": _("state changed"),
        "retention": _("retention facts noted"),
        "held": _("hold placed"),
        "released": _("hold lifted"),
        "fixity": _("fixity finding"),
        "exported": _("exported"),
        "destroyed": _("destroyed"),
        "transferred": _("handed over to another archive"),
        "raised": _("level raised"),
        "restriction ended": _("restriction ended"),
        "quarantined": _("locked away"),
        "quarantine ended": _("lock ended"),
        "redacted": _("redacted copy made"),
        "published": _("published"),
        "withdrawn": _("withdrawn from the public"),
    }
    return titles.get(event, event)


def document_type(code: str) -> str:
    """What kind of document it is."""
    titles = {
        "generic": _("Document"),
        "receipt": _("Receipt"),
        "notice": _("Notice"),
        "extract": _("Extract"),
        "manifest": _("Dossier manifest"),
        "disposal_act": _("Act of disposal"),
        "destruction_act": _("Destruction act"),
        "transfer_act": _("Transfer act"),
        "appointment": _("Order on powers"),
        "calendar": _("Calendar sheet"),
        "questionnaire": _("Questionnaire"),
        "review": _("Review"),
        "deficiency_notice": _("Deficiency notice"),
        "oversight": _("Oversight"),
        "classification": _("Classification"),
        "gap": _("Explanation of a gap"),
        "registration": _("Registration of an appeal"),
        "nonconsideration": _("Decision not to consider"),
        "forwarding": _("Decision to forward"),
        "resolution": _("Resolution"),
        "answer": _("Draft of an answer"),
        "extension": _("Extension of a term"),
        "agreement": _("Agreement to an answer"),
        "answer_signature": _("Answer"),
        "without_effect": _("Without effect"),
    }
    return titles.get(code, code.replace("_", " "))


def document_status(status: str) -> str:
    """Whether a document has effect."""
    names = {"in effect": _("in effect"), "without effect": _("without effect"), "destroyed": _("destroyed")}
    return names.get(status, status)


def facet_value(name: str, value: str, facets: Mapping[str, Sequence[FacetLine]]) -> str:
    """A value of an archive facet, in words."""
    known = next((each for each in facets.get(name, ()) if each.value == value), None)
    if known is not None and known.title:
        return titled(known.title)
    verdicts = {
        "TOTAL-PASSED": _("valid"),
        "TOTAL-FAILED": _("not valid"),
        "INDETERMINATE": _("cannot be decided"),
    }
    if name == "verdict":
        return verdicts.get(value, value)
    worded: dict[str, Callable[[str], str]] = {
        "type": document_type,
        "access_level": access_name,
        "status": document_status,
        "language": lambda code: FULL_NAMES.get(code, code),
        "dated_from": day,
        "dated_to": day,
    }
    return worded.get(name, str)(value)


def actor_name(actor: str) -> str:
    """Who did it, where it may have been no person."""
    names = {"system": _("the system"), "audit": _("the fixity audit"), "command line": _("the command line")}
    return names.get(actor, actor)


def job_name(name: str) -> str:
    """What a job was to do."""
    names = {
        "service_task": _("Step of the system"),
        "validate_document": _("Validation of a signature"),
        "raise_level": _("Raising of a signature's level"),
        "close_document": _("Closing of a signed document by the e-seal"),
        "send_notice": _("Sending of a notice"),
        "recount_calendar": _("Counting of terms after a change of the calendar"),
        "run_bulk": _("Change of many cases"),
        "make_export": _("Making of a package"),
        "make_evidence": _("Making of evidence"),
        "audit_archive": _("Audit of the archive"),
        "forget_words": _("Erasing of what was removed"),
        "refresh_trusted_list": _("Fetching of a trusted list"),
        "deliver_message": _("Delivery of a message"),
        "broadcast_signal": _("Spreading of a signal"),
        "hear_signal": _("Signal for a case"),
        "begin_by_signal": _("Beginning of a case by a signal"),
        "begin_by_start": _("Beginning of a case by its start event"),
        "timer": _("Timer"),
        "step": _("Signed step that cannot go on"),
    }
    return names.get(name, name)


def undelivered_reason(state: str) -> str:
    """Why nobody has got a message."""
    reasons = {
        "ambiguous": _("Several could have it, and nothing tells which is meant."),
        "expired": _("Nobody came to wait for it in its time."),
        "failed": _("The case it was for could not go on with it."),
    }
    return reasons.get(state, state)


def operation_name(event: str) -> str:
    """What somebody did to a case by operating it."""
    names = {
        "instance.suspended": _("Case suspended"),
        "instance.resumed": _("Case resumed"),
        "instance.cancelled": _("Case cancelled"),
        "instance.migrated": _("Case moved to another version of the process"),
        "token.moved": _("Case moved to another step"),
        "incident.skipped": _("Failed step passed over"),
        "message.sent": _("Message handed in"),
    }
    return names.get(event, event)


def bulk_action(action: str) -> str:
    """What is done to each of many cases."""
    names = {
        "suspend": _("Suspend"),
        "resume": _("Resume"),
        "cancel": _("Cancel for good"),
        "message": _("Hand in a message"),
        "move": _("Move to another step"),
        "migrate": _("Bring to another version"),
        "retry": _("Try failed steps again"),
        "hold": _("Suspend with the whole process"),
        "let_go": _("Resume with the whole process"),
    }
    return names.get(action, action)


def failure_reason(code: str, reason: str) -> str:
    """Why a case of many could not be changed."""
    names = {
        "not-permitted": _("None of your mandates covers this case."),
        "case-ended": _("The case has ended meanwhile"),
        "case-suspended": _("The case is suspended"),
        "case-not-suspended": _("The case is not suspended, or not by itself."),
        "case-changed": _("The case does not stand there, or not only once."),
        "message-not-awaited": _("The case does not wait for this message."),
        "migration-impossible": _("It waits for something that has no place in the new version."),
        "case-stuck": _("The process cannot go on from there."),
    }
    return names.get(code, reason or code)


def obstacle_name(reason: str) -> str:
    """Why an element has no place in the new version."""
    names = {
        "missing": _("is not in the new version"),
        "kind": _("is of another kind there"),
        "join": _("waits for a flow that is gone"),
    }
    return names.get(reason, reason)


def marks_json(diagram: Diagram) -> str:
    """The tokens of a diagram for the script that draws it."""
    return json.dumps([{"element": mark.element, "state": mark.state} for mark in diagram.marks])


def instant(value: datetime | str | None, zone: str = "UTC") -> str:
    """An instant that may come as ISO text."""
    return moment(datetime.fromisoformat(value) if isinstance(value, str) and value else value or None, zone)


def name_of(distinguished: str) -> str:
    """The common name and the organisation of an X.509 name (RFC 4514), the rest left to the report."""
    parts = dict(part.split("=", 1) for part in SEPARATOR.split(distinguished) if "=" in part)
    shown = [parts[key].replace("\\,", ",") for key in ("CN", "O") if parts.get(key)]
    return ", ".join(dict.fromkeys(shown)) or distinguished


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    functions = (
        undelivered_reason,
        role_name, capacity_name, access_name, territory_name, channel_name, calendar_name, item_ground, track_title,
        track_event, custody_event, actor_name, job_name, operation_name, bulk_action, failure_reason, obstacle_name,
        marks_json, document_type, facet_value,
        start_rule, retention_outcome, disposal_state, schedule_state, finding_kind, finding_advice,
        function_name, revocation_reason, store_name, waits_for, in_plain_words,
    )  # fmt: skip
    app.jinja_env.globals.update({function.__name__: function for function in functions})
    app.jinja_env.filters.update(instant=instant, name_of=name_of)
