"""What an officer signs: the document of a human step and the step.json embedded in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.definition import ProcessDefinition
from engine.workitem import WorkItem
from processes.cases import ChainLink
from processes.cosigning import CLOSING, ExpectedCosigner
from processes.documents import AttachedFile, DocumentRemark, DocumentSection, OfficeDocument, SignerBlock
from processes.forms import Form
from processes.mandates import Mandate
from processes.office import Office
from processes.options import OptionSource
from processes.organisation import Body
from processes.remarks import OpenRemark
from processes.sealing import verify_code, verify_url
from processes.tables import AttachmentRow, CaseRow, CertificateRow
from processes.words import day, word
from signing.validation import SEAL

FIELD = "officer"
"""the signature field of a step's document"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContent:
    """Everything a step's document is made of, gathered in one short transaction."""

    document_id: UUID
    number: str
    case: CaseRow
    body: Body
    """the signer's, whose paper and language it is"""
    item: WorkItem
    definition: ProcessDefinition
    form: Form
    options: OptionSource
    labels: Mapping[str, Mapping[str, str]]
    """field → its name in each language, of the form that is reviewed, or of this one"""
    fields: Mapping[str, Any]
    remarks: Sequence[Mapping[str, Any]]
    attachments: Sequence[AttachmentRow]
    mandate: Mandate
    certificate: CertificateRow
    previous: Sequence[ChainLink]
    round: int
    cosigners: Sequence[ExpectedCosigner]
    """who signs the document beside its maker"""
    open_remarks: Sequence[OpenRemark]
    """earlier ones that this document shows again"""
    addressee: str
    """of a letter: name and address, a line each; empty where nobody is to get one"""

    @property
    def sealed(self) -> bool:
        """The body's seal stands for its officer."""
        return self.certificate.body_id is not None

    @property
    def letter(self) -> str:
        """The running text of a letter; empty where the step's document is none, as when it is returned unsigned."""
        return str(self.fields.get(self.form.letter) or "") if self.form.letter else ""

    @property
    def decision(self) -> str | None:
        """The value of the form's field `decision`."""
        value = self.fields.get("decision")
        return None if value is None else str(value)

    @property
    def title(self) -> str:
        """The step's title in the body's language."""
        return self.definition.package.elements[self.item.element_id].titles[self.body.language]


def step_record(office: Office, content: StepContent) -> dict[str, Any]:
    """step.json: what was decided, by whom, in which capacity, on what, after which documents."""
    item, mandate, body = content.item, content.mandate, content.body
    return {
        "karguzar": "step/1",
        "document": str(content.document_id),
        "number": content.number,
        "title": content.title,
        "case": {
            "id": str(content.case.id),
            "number": content.case.number,
            "process": content.case.definition_key,
        },
        "process": {
            "key": content.definition.key,
            "version": content.definition.version,
            "sha256": content.definition.sha256,
        },
        "step": {"work_item": str(item.id), "element": item.element_id, "round": content.round},
        "body": {"id": str(body.id), "code": body.code, "title": body.named(), "language": body.language},
        "decision": content.decision,
        "fields": dict(content.fields),
        "remarks": [dict(remark) for remark in content.remarks],
        "attachments": [
            {
                "name": each.name,
                "sha256": each.sha256,
                "bytes": each.bytes,
                "type": each.media_type,
                "field": each.field,
            }
            for each in content.attachments
        ],
        "mandate": mandate_facts(mandate),
        "certificate": content.certificate.serial,
        "key": office.key_stores.facts(content.certificate.key_store),
        "prepared_at": office.clock().isoformat(),
        "expected_signatures": _expected(content),
        "previous": [link.as_json() for link in content.previous],
    }


def _expected(content: StepContent) -> list[dict[str, Any]]:
    own = {"field": FIELD, "role": content.mandate.role, "person": content.mandate.holder}
    if content.sealed:
        own = {"field": FIELD, "role": SEAL, "person": content.body.named()}
    if not content.cosigners:
        return [own]
    seal = {"field": CLOSING, "role": SEAL, "person": content.body.named()}
    return [own, *(one.as_json() for one in content.cosigners), seal]


def mandate_facts(mandate: Mandate) -> dict[str, Any]:
    """Capacity and ground as step.json has them."""
    return {
        "id": str(mandate.id),
        "holder": mandate.holder,
        "role": mandate.role,
        "capacity": mandate.capacity,
        "acts_for": mandate.acts_for,
        "ground": {
            "act": mandate.ground_act,
            "number": mandate.ground_number,
            "date": mandate.ground_date.isoformat(),
            "sha256": mandate.ground_sha256,
        },
    }


def step_paper(office: Office, content: StepContent, step: Mapping[str, Any]) -> OfficeDocument:
    """The office document that shows the same to people."""
    language = content.body.language
    letter = content.letter
    fields = _beside_the_letter(content) if letter else content.fields
    shown = content.form.display(fields, language, content.options)
    about = word("answers", language, number=content.case.number, day=day(content.body.local(content.case.started_at)))
    return OfficeDocument(
        kind="answer" if letter else "step",
        language=language,
        body=content.body.named(),
        number=content.number,
        title=content.title,
        summary=about if letter else content.case.subject,
        date=content.body.local(office.clock()).date(),
        decision=content.form.decision_label(fields, language),
        addressee=content.addressee if letter else "",
        text=letter,
        sections=(
            *(DocumentSection(title=title, rows=tuple(rows)) for title, rows in shown),
            *_signatures_expected(content, language),
        ),
        remarks=(*_own_remarks(content, language), *_open_remarks(content, language)),
        attachments=tuple(
            AttachedFile(name=each.name, sha256=each.sha256, bytes=each.bytes, type=each.media_type)
            for each in content.attachments
        ),
        signer=signer_block(content.mandate, content.certificate, language),
        step=step,
        verify_code=verify_code(content.document_id),
        verify_url=verify_url(office, content.document_id),
    )


def _signatures_expected(content: StepContent, language: str) -> Iterator[DocumentSection]:
    """Who signs this document after its maker: it says so on its face, for later it is only added to."""
    groups: dict[str, list[ExpectedCosigner]] = {}
    for one in content.cosigners:
        groups.setdefault(one.element, []).append(one)
    if groups:
        rows = tuple(_expected_row(content, people, language) for people in groups.values())
        yield DocumentSection(title=word("cosignatures", language), rows=rows)


def _expected_row(content: StepContent, people: Sequence[ExpectedCosigner], language: str) -> tuple[str, str]:
    role = content.definition.package.roles.get(people[0].role)
    label = role.titles[language] if role else people[0].role
    named = ", ".join(f"{one.person}{_in_place(one)}" for one in people if one.person)
    if people[0].needed < len(people):
        count = word("needed-of", language, needed=str(people[0].needed), asked=str(len(people)))
        return label, f"{count}: {named}" if named else count
    return label, named or "—"


def _in_place(one: ExpectedCosigner) -> str:
    return f" ({', '.join(one.substitutes)})" if one.substitutes else ""


def _own_remarks(content: StepContent, language: str) -> Iterator[DocumentRemark]:
    for remark in content.remarks:
        label = content.labels.get(remark["field"], {}).get(language, remark["field"])
        yield DocumentRemark(field=label, text=remark["text"], author=content.mandate.holder, round=content.round)


def _open_remarks(content: StepContent, language: str) -> Iterator[DocumentRemark]:
    for remark in content.open_remarks:
        yield DocumentRemark(
            field=remark.field.get(language, ""), text=remark.text, author=remark.author, round=remark.round
        )


def _beside_the_letter(content: StepContent) -> dict[str, Any]:
    """What stands in the letter's own section; the rest of the form is the office's business, not the reader's."""
    own = {
        field.name
        for section in content.form.sections
        if any(field.name == content.form.letter for field in section.fields)
        for field in section.fields
        if field.name != content.form.letter
    }
    return {name: value for name, value in content.fields.items() if name in own}


def signer_block(mandate: Mandate, certificate: CertificateRow, language: str) -> SignerBlock:
    """Who signs, in which capacity, for whom, on what ground, with which certificate; or who decided what is sealed."""
    return SignerBlock(
        name=mandate.holder,
        capacity=word(mandate.capacity, language),
        acts_for=mandate.acts_for or "",
        ground=mandate.ground,
        certificate=f"{certificate.serial} · {common_name(certificate.issuer)}",
        sealed=certificate.body_id is not None,
    )


def common_name(distinguished_name: str) -> str:
    """The CN of an RFC 4514 name, or all of it."""
    for part in distinguished_name.split(","):
        if part.startswith("CN="):
            return part.removeprefix("CN=")
    return distinguished_name
