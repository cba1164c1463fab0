"""Handing documents over: the package, the acceptance that comes back from outside, and the end of the transfer."""

from typing import Any

import sqlalchemy as sa

from archive.packages import PackageShape
from archive.review_lists import Decision, EntryState
from processes.acceptances import CMS, Expected, Fault, FiledAcceptance, fault_of
from processes.disposing import carry_out_transfer
from processes.documents import DocumentSection
from processes.errors import DisposalRefused
from processes.handlers import Job, Variables, service
from processes.handlers.disposal import OUTSIDE, ActPaper, approved_act, told_in_act
from processes.office import Office
from processes.sealing import file_sealed, seal
from processes.steps import attachments_of, last_fields
from processes.tables import AttachmentRow, StepRecordRow
from processes.transfers import make_container, make_package
from processes.unit_of_work import UnitOfWork
from processes.words import word

HERE, FILED = "accept_transfer", "file_acceptance"
"""where a receiver in this office signs, and where the file of one outside comes in"""
SIGNED, BESIDE = "signed_file", "signed_apart"
"""fields of the latter: the signed file, and the one that a signature in a file of its own is over"""


@service("disposal.hand_over")
class HandOver:
    """Makes the package for the receiver. Nothing leaves the archive by this."""

    def effect(self, office: Office, job: Job) -> Variables:
        """A BagIt folder beside the data, or one file for a receiver outside; made before, it stays as it is."""
        with office.reading() as uow:
            wanted = [
                entry.document_id
                for entry in uow.archive.review_lists.entries(job.case.id)
                if entry.decision == Decision.TRANSFER and entry.state == EntryState.LISTED
            ]
        name, language = job.case.number, job.body.language
        if _is_outside(job):
            shape = PackageShape(job.call.variables["package_shape"])
            return make_container(office, name, wanted, language=language, shape=shape)
        return make_package(office, name, wanted, language=language)

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Tell the receiver's form what to check."""
        del office, uow, job
        return {"package_name": effect["name"], "package_sha256": effect["sha256"]}


@service("disposal.check_acceptance")
class CheckAcceptance:
    """Judges the file that came back from outside; what is not sound goes back to the archivist with its rule."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Validate, compare the certificate, look for the package's digest in what is signed."""
        with office.reading() as uow:
            signed, beside = _filed(uow, job)
        told = job.call.variables
        expected = Expected(certificate=told["receiver_certificate"], package=told["package_sha256"])
        filed = FiledAcceptance(
            content=office.blobs.get(signed.sha256),
            media_type=signed.media_type,
            beside=office.blobs.get(beside.sha256) if beside else None,
        )
        fault = fault_of(office, filed, expected) or Fault("")
        return {
            "sha256": signed.sha256,
            "beside": beside.sha256 if beside else "",
            "rule": fault.rule,
            "finding": fault.finding,
            "code": fault.code,
            "detail": fault.detail,
        }

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """The file that is sound, or the rule that is broken, on the audit trail too."""
        del office
        rule = effect["rule"]
        details = {name: effect[name] for name in ("sha256", "beside", "rule", "finding", "detail")}
        action = "archive:transfer:refused" if rule else "archive:transfer:accepted"
        uow.audit.record(action, actor="system", subject=job.case.number, stream=str(job.case.id), details=details)
        return {
            "acceptance_sha256": "" if rule else effect["sha256"],
            "acceptance_beside": "" if rule else effect["beside"],
            "acceptance_fault": rule,
            "acceptance_finding": effect["code"],
            "acceptance_certificates": effect["detail"] if rule == "certificate" else "",
        }


@service("disposal.finish_transfer")
class FinishTransfer:
    """The receiver has signed: what was handed over leaves this archive, and the transfer act says so."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Each document in a transaction of its own, then its bytes.

        :raises DisposalRefused: nobody has accepted; a case may be moved past the steps that make sure of it
        """
        with office.reading() as uow:
            _require_acceptance(uow, job)
            act = approved_act(uow, job)
        for _ in carry_out_transfer(office, act):
            pass
        with office.reading() as uow:
            request = told_in_act(uow, job, act, _paper(job))
        return {"sealed": seal(office, request)}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """File the transfer act."""
        file_sealed(office, uow, job.case, job.call.task_id, effect["sealed"])
        return {}


@service("disposal.keep_refused")
class KeepRefused:
    """The receiver did not take the documents: they stay, and are due again."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Nothing outside."""
        del office, job
        return {}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Say so in the list."""
        del office, effect
        reason = last_fields(uow.session, job.case.id, FILED if _is_outside(job) else HERE).get("reason")
        for entry in uow.archive.review_lists.entries(job.case.id):
            if entry.state == EntryState.LISTED:
                uow.archive.review_lists.end(job.case.id, entry.document_id, EntryState.REFUSED, reason)
        return {}


def _is_outside(job: Job) -> bool:
    return bool(job.call.variables.get("receiver") == OUTSIDE)


def _filed(uow: UnitOfWork, job: Job) -> tuple[AttachmentRow, AttachmentRow | None]:
    """What the archivist has filed last: the signed file, and the one it signs where that stands apart.

    :raises DisposalRefused: none
    """
    item = uow.session.scalar(
        sa.select(StepRecordRow.work_item_id)
        .where(StepRecordRow.case_id == job.case.id, StepRecordRow.element_id == FILED)
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    )
    found = {each.field: each for each in (attachments_of(uow.session, item) if item else [])}
    if SIGNED not in found:
        raise DisposalRefused("not-accepted", [])
    signed = found[SIGNED]
    return signed, found.get(BESIDE) if signed.media_type == CMS else None


def _require_acceptance(uow: UnitOfWork, job: Job) -> None:
    if _is_outside(job):
        signed, beside = _filed(uow, job)
        told = job.call.variables["acceptance_sha256"], job.call.variables["acceptance_beside"]
        accepted = told == (signed.sha256, beside.sha256 if beside else "")
    else:
        accepted = last_fields(uow.session, job.case.id, HERE).get("acceptance") == "accept"
    if not accepted:
        raise DisposalRefused("not-accepted", [])


def _paper(job: Job) -> ActPaper:
    told = job.call.variables
    facts: dict[str, Any] = {"package": {"name": told["package_name"], "sha256": told["package_sha256"]}}
    rows = [("transfer-package", told["package_sha256"])]
    if _is_outside(job):
        facts["receiver"] = {"name": told["receiver_name"], "certificate": told["receiver_certificate"]}
        facts["acceptance"] = {"sha256": told["acceptance_sha256"]}
        if told["acceptance_beside"]:
            facts["acceptance"]["signs"] = told["acceptance_beside"]
        rows = [
            ("transfer-receiver", told["receiver_name"]),
            ("transfer-certificate", told["receiver_certificate"]),
            *rows,
            ("transfer-acceptance", told["acceptance_sha256"]),
        ]
    language = job.body.language
    section = DocumentSection(
        title=word("transfer-receiver", language), rows=tuple((word(name, language), text) for name, text in rows)
    )
    return ActPaper(
        kind="transfer_act",
        words=("transfer-title", "transfer-summary"),
        states=(EntryState.TRANSFERRED, EntryState.WITHHELD),
        sections=[section],
        facts=facts,
    )
