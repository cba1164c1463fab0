"""Forwarding: the bodies competent get the appeal, each as a case of its own with a clock of its own (Art. 7.10)."""

from uuid import UUID, uuid5

import sqlalchemy as sa

from processes.appeals import content, require_unbarred_bodies, tell_on_track
from processes.attachments import StoredFile
from processes.handlers import Job, Variables, service
from processes.handlers.appeal_intake import appeal_of
from processes.handlers.appeal_letters import SealedLetter
from processes.office import Office
from processes.organisation import body
from processes.steps import last_fields
from processes.tables import AttachmentRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.start_case import StartCase, start_in
from processes.words import word


@service("appeal.forward")
class Forward(SealedLetter):
    """The head has signed the forwarding: copies go out, the applicant is told to whom."""

    subject = "forwarded"
    element = "sign_forwarding"

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Register the appeal anew at every body it goes to, then tell the applicant."""
        fields = last_fields(uow.session, job.case.id, self.element)
        targets = [UUID(str(each)) for each in fields.get("bodies") or ()]
        require_unbarred_bodies(uow, job.case.id, targets)
        for target in targets:
            self._register_there(office, uow, job, target)
        return super().record(office, uow, job, effect)

    def settle(self, uow: UnitOfWork, job: Job, fields: Variables, document_id: UUID) -> Variables:
        """The track names the bodies."""
        bodies = [str(each) for each in fields.get("bodies") or ()]
        tell_on_track(uow, job.case.id, "forwarded", status="forwarded", document_id=document_id, bodies=bodies)
        return {}

    def rows(self, uow: UnitOfWork, job: Job, fields: Variables) -> tuple[tuple[str, str], ...]:
        """To whom it goes."""
        language = job.body.language
        names = [body(uow.session, UUID(str(each))).named(language) for each in fields.get("bodies") or ()]
        return ((word("body", language), "; ".join(names)),)

    def _register_there(self, office: Office, uow: UnitOfWork, job: Job, target: UUID) -> None:
        appeal = appeal_of(uow, job.case.id)
        files = uow.session.execute(
            sa.select(AttachmentRow).where(AttachmentRow.case_id == job.case.id, AttachmentRow.work_item_id.is_(None))
        ).scalars()
        start_in(
            office,
            uow,
            StartCase(
                definition_key=job.case.definition_key,
                body_id=target,
                by=None,
                language=body(uow.session, target).language,
                fields=content(uow, appeal).get("form", {}),
                files=tuple(
                    StoredFile(
                        field=each.field,
                        name=each.name,
                        media_type=each.media_type,
                        sha256=each.sha256,
                        bytes=each.bytes,
                    )
                    for each in files
                ),
                channel="inter_departmental",
                case_id=uuid5(job.call.task_id, str(target)),
                parent_case_id=job.case.id,
            ),
        )
