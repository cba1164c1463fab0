"""The office: bodies, units, posts, people, mandates, correspondents, certificates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from processes.tables.base import Base


class BodyRow(Base):
    """A public body with registers, calendar, time zone, e-seal and fonds of its own."""

    __tablename__ = "process_body"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, Any]]
    calendar: Mapped[str]
    """AZ or KZ"""
    time_zone: Mapped[str]
    language: Mapped[str]
    """working language of its documents: az, kk, ru or en"""
    functions: Mapped[list[Any]]
    """what it does for others: registry_operator, appeals …"""
    superior_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_body.id"))
    territory: Mapped[str | None]


class UnitRow(Base):
    """A structural unit of a body (az: şöbə, sektor)."""

    __tablename__ = "process_unit"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_unit.id"))
    code: Mapped[str]
    title: Mapped[dict[str, Any]]
    __table_args__ = (sa.UniqueConstraint("body_id", "code"),)


class PostRow(Base):
    """A post in a unit; a person holds it for a period."""

    __tablename__ = "process_post"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_unit.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_person.id"), index=True)
    title: Mapped[dict[str, Any]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class PersonRow(Base):
    """Somebody who may sign in."""

    __tablename__ = "process_person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """as it stands on documents: family name, given name, patronymic"""
    email: Mapped[str | None]
    language: Mapped[str]
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"), index=True)
    password_hash: Mapped[str | None]
    session_epoch: Mapped[int]
    """raised to end every session of this person"""
    active: Mapped[bool]


class MandateRow(Base):
    """Why a person may act: capacity, body, scope, period and ground (B22, C7). Every role is a mandate."""

    __tablename__ = "process_mandate"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"), index=True)
    role: Mapped[str]
    """the lane's role: responsible_person, operator, clerk, head, executor, archivist, supervisor …"""
    capacity: Mapped[str]
    """head, deputy, substitute, responsible_person, operator_person, curator, officer"""
    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_body.id"))
    unit_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_unit.id"))
    scope: Mapped[list[Any]]
    """process keys it is limited to; empty: all"""
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    acts_for_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_mandate.id"))
    """the substituted mandate; this one is then a substitution"""
    ground_act: Mapped[str]
    ground_number: Mapped[str]
    ground_date: Mapped[date]
    ground_document_id: Mapped[UUID | None]
    ground_sha256: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    revoked_ground: Mapped[str | None]
    __table_args__ = (sa.Index("ix_process_mandate_group", "role", "body_id"),)


class CandidateRoleRow(Base):
    """A lane's work that the people of another role may do too, as the newest version of the process says."""

    __tablename__ = "process_candidate_role"
    process_key: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    """the lane's"""
    candidate: Mapped[str] = mapped_column(primary_key=True, index=True)
    """of a mandate"""


class CorrespondentRow(Base):
    """An outside party of the six classes of B3."""

    __tablename__ = "process_correspondent"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    correspondent_class: Mapped[str]
    """apparatus_unit, body_in_structure, subordinate_body, founded_entity, authority, ngo"""
    title: Mapped[dict[str, Any]]
    email: Mapped[str | None]
    territory: Mapped[str | None]
    topics: Mapped[list[Any]]


class CertificateRow(Base):
    """An X.509 certificate of a person, or a body's e-seal, and where its key is kept."""

    __tablename__ = "process_certificate"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_person.id"), index=True)
    body_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("process_body.id"), index=True)
    serial: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    issuer: Mapped[str]
    pem: Mapped[str]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    chain: Mapped[str]
    """PEM of the issuing certificates, the signer's issuer first; empty where the container holds them"""
    key_store: Mapped[str]
    """pkcs12, browser or file, or the name of a store of karguzar.toml"""
    key_reference: Mapped[str]
    """what the store knows the key by; empty where the certificate is enough"""
    matched_by: Mapped[str] = mapped_column(default="issued")
    """how it was found to be the holder's: issued (by this office's authority for them), number, name"""
    wrapped_key: Mapped[bytes | None]
    """the PIN-encrypted PKCS#12, wrapped once more by the server's key"""
    failed_pins: Mapped[int]
    locked_until: Mapped[datetime | None]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None]


class CertificateRequestRow(Base):
    """A request (PKCS#10) that a person's own key has made; an outside authority is to certify it."""

    __tablename__ = "process_certificate_request"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("process_person.id"), index=True)
    key_reference: Mapped[str]
    """SHA-256 of the SubjectPublicKeyInfo, hex: the browser finds its key by it"""
    pem: Mapped[str]
    state: Mapped[str]
    """waiting, granted, withdrawn (a newer one took its place)"""
    requested_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RevocationCacheRow(Base):
    """The newest revocation data of a source: this office's own lists, and what other authorities answered."""

    __tablename__ = "process_revocation_cache"
    source: Mapped[str] = mapped_column(primary_key=True)
    """issuing or root: this office's own list; else the address asked, for OCSP with the serial after a #"""
    data: Mapped[bytes]
    """DER"""
    issued_at: Mapped[datetime]
    """thisUpdate"""
    ends_at: Mapped[datetime]
    """nextUpdate"""


class DocumentLevelRow(Base):
    """What a signed document's level still waits for, and until when its newest archive timestamp proves anything."""

    __tablename__ = "process_document_level"
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    outstanding: Mapped[bool]
    """somebody has yet to sign it: until then nothing is appended"""
    cause: Mapped[str | None]
    """why the last try did not reach the wanted level"""
    tries: Mapped[int]
    """in a row without success"""
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    """None: nothing to try by itself"""
    proof_ends_at: Mapped[datetime | None]
    """when the certificate of the newest archive timestamp ends"""
    renew_at: Mapped[datetime | None] = mapped_column(index=True)
    """when the next archive timestamp is due"""


class LoginAttemptRow(Base):
    """A try to sign in; counted to slow a guesser down."""

    __tablename__ = "process_login_attempt"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str]
    address: Mapped[str]
    succeeded: Mapped[bool]
    at: Mapped[datetime]
    __table_args__ = (
        sa.Index("ix_process_login_attempt_login", "login", "at"),
        sa.Index("ix_process_login_attempt_address", "address", "at"),
    )


class ClockRow(Base):
    """The offset of this office's clock from real time, for rehearsals and the tour."""

    __tablename__ = "process_clock"
    id: Mapped[int] = mapped_column(primary_key=True)
    offset_seconds: Mapped[float]


class WorkerRow(Base):
    """A process that runs jobs; it says each few seconds that it is alive, and takes its row away when it ends."""

    __tablename__ = "process_worker"
    executor_id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    process: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """the database's time, which is one for all machines; no office's clock moves it"""


class KnockRow(Base):
    """How often one address has knocked at a public door in a span of time; kept until the span is over."""

    __tablename__ = "process_knock"
    door: Mapped[str] = mapped_column(primary_key=True)
    """a keyed hash of door, limit and address: the table names nobody"""
    times: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)
