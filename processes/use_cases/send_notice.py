"""Notices: always readable in the outbox, mailed where SMTP is configured."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.errors import NotFound
from processes.office import Office
from processes.tables import OutboxRow
from processes.unit_of_work import UnitOfWork

SMTP_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to somebody outside or inside."""

    key: str
    """its cause: the same key is written once"""
    case_id: UUID | None
    recipient: str
    subject: str
    body: str
    document_id: UUID | None = None


def post_notice(office: Office, uow: UnitOfWork, notice: Notice) -> None:
    """Put a notice into the outbox and, where mail is configured, enqueue its sending; in the caller's transaction."""
    if uow.session.scalar(sa.select(OutboxRow.id).where(OutboxRow.key == notice.key)):
        return
    identity = uuid4()
    uow.insert(
        OutboxRow,
        id=identity,
        key=notice.key,
        case_id=notice.case_id,
        recipient=notice.recipient,
        subject=notice.subject,
        body=notice.body,
        document_id=notice.document_id,
        created_at=uow.now,
    )
    if office.settings.smtp_host and "@" in notice.recipient:
        office.enqueue(uow.session, "send_notice", (str(identity),), f"notice:{identity}")


def send_notice(office: Office, outbox_id: UUID) -> str:
    """Mail one notice; told what became of it. A failure raises, so that the job engine tries again."""
    with office.reading() as uow:
        row = uow.session.get(OutboxRow, outbox_id)
        if row is None:
            raise NotFound("no such notice")
    if row.sent_at is not None:
        return "sent before"
    if not row.recipient:
        return "erased"  # its document was removed before anybody could be told
    message = EmailMessage()
    message["From"] = office.settings.smtp_sender
    message["To"] = row.recipient
    message["Subject"] = " ".join(row.subject.split())
    message["Message-ID"] = f"<{row.id}@karguzar>"
    message.set_content(row.body)
    try:
        with smtplib.SMTP(
            office.settings.smtp_host, office.settings.smtp_port, timeout=SMTP_TIMEOUT_SECONDS
        ) as connection:
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        _note(office, outbox_id, error=type(error).__name__)
        raise
    _note(office, outbox_id, error=None)
    return "sent"


def _note(office: Office, outbox_id: UUID, *, error: str | None) -> None:
    with office.unit_of_work() as uow:
        sent_at = None if error else uow.now
        uow.update(OutboxRow, {"id": outbox_id}, error=error, sent_at=sent_at)
        uow.commit()
