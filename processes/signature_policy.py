"""Whether a certificate may sign a task's document: the package's policy, the office's, and the certificate as it is
enrolled. Asked when the document is prepared and again, under the case's lock, when its signature takes effect.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from engine.definition import SEAL, ElementDefinition, ProcessDefinition
from processes.certificates import certificate_of
from processes.errors import ConfigurationError, SignatureRefused
from processes.office import Office
from processes.opened_keys import der_of_pem
from processes.organisation import body
from processes.sealing import seal_certificate
from processes.signing_room import wanted_level
from processes.steps import OpenStep
from processes.tables import CertificateRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from signing.errors import NotSignable, SigningError
from signing.policy import Candidate, TaskPolicy, require_policy
from signing.request import SignatureLevel


def task_policy(definition: ProcessDefinition, element: ElementDefinition) -> TaskPolicy:
    """What a task asks of its signature: `signature` of karguzar:task is a kind, or names a table of process.toml."""
    said, usual = definition.package.signature_of(element), TaskPolicy()
    return TaskPolicy(
        sealed=said.kind == SEAL,
        level=SignatureLevel(said.level) if said.level else None,
        key_stores=frozenset(said.key_stores) if said.key_stores is not None else usual.key_stores,
        sole_control=said.sole_control,
    )


def signing_certificate(uow: UnitOfWork, step: OpenStep, by: UUID, here: Sequence[str] = ()) -> CertificateRow:
    """Whose certificate the document of a step names: the officer's, or the body's seal where the task asks for it.

    :raises NoCertificate: there is none in force
    """
    if task_policy(step.definition, step.element).sealed:
        return seal_certificate(uow, body(uow.session, step.mandate.body_id))
    return certificate_of(uow, by, here)


def level_for(office: Office, uow: UnitOfWork, document_id: UUID) -> SignatureLevel:
    """To which a document is raised: the office's usual level, or a higher one that its task asks for."""
    usual = wanted_level(office.settings)
    step = uow.session.execute(sa.select(StepRecordRow).where(StepRecordRow.document_id == document_id)).scalar()
    if step is None:
        return usual
    definition = uow.engine.definition(step.definition_key, step.definition_version)
    asked = task_policy(definition, definition.package.elements[step.element_id]).level
    return max(usual, asked or usual, key=lambda level: level.rank)


def require_may_sign(office: Office, certificate: CertificateRow, task: TaskPolicy, *, at: datetime) -> None:
    """This certificate may sign this task's document now.

    :raises SignatureRefused: `rule` is kind, key-store, sole-control, holder, algorithm, usage, validity or certificate
    """
    stores = office.key_stores
    try:
        candidate = Candidate(
            certificate=der_of_pem(certificate.pem),
            key_store=stores.kind_of(certificate.key_store).name,
            sole_control=stores.sole_control(certificate.key_store),
            matched_by=certificate.matched_by,
            seal=certificate.body_id is not None,
        )
        require_policy(candidate, task, stores.policy, at=at)
    except NotSignable as error:
        raise SignatureRefused(error.rule, error.reason) from error
    except (SigningError, ConfigurationError) as error:
        raise SignatureRefused("certificate", str(error)) from error
