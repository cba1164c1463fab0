"""What a signature is made of, for the report: certificate, algorithms, value, digest. Reads, judges nothing."""

import base64
import hashlib
from typing import Any

from pyhanko.sign.general import extract_certificate_info, extract_signer_info

from signing.expected import signer_name
from signing.judgement import Token
from signing.report import Material, TimestampReport
from signing.structure import Stamp


def material_of(stamp: Stamp) -> Material:
    """Of a signature in its field."""
    embedded = stamp.embedded
    return cms_material(embedded.signed_data, str(embedded.sig_object["/SubFilter"]), embedded.compute_digest())


def timestamp_report(token: Token) -> TimestampReport:
    """What a report says of a timestamp."""
    authority, material = "", Material()
    if token.signed_data is not None:
        info = token.signed_data["encap_content_info"]["content"].parsed
        imprint: bytes = info["message_imprint"]["hashed_message"].native
        material = cms_material(token.signed_data, "/ETSI.RFC3161", imprint)
        authority = signer_name(extract_certificate_info(token.signed_data).signer_cert)
    return TimestampReport(
        authority=authority,
        time=token.proves,
        verdict=token.outcome.verdict,
        sub_indication=token.outcome.sub_indication,
        reason=token.outcome.reason,
        field=token.field,
        material=material,
    )


def cms_material(signed_data: Any, kind: str, digest: bytes) -> Material:
    """Of any CMS: its format, and the digest of what it is over."""
    signer_info = extract_signer_info(signed_data)
    certificate = extract_certificate_info(signed_data).signer_cert
    return Material(
        certificate=_text(certificate.dump()),
        issuer=certificate.issuer.human_friendly,
        format=kind.removeprefix("/"),
        digest=signer_info["digest_algorithm"]["algorithm"].native,
        attributes_digest=_text(_attributes_digest(signer_info)),
        algorithm=signer_info["signature_algorithm"].signature_algo,
        value=_text(signer_info["signature"].native),
        document_digest=_text(digest),
    )


def _attributes_digest(signer_info: Any) -> bytes:
    name = signer_info["digest_algorithm"]["algorithm"].native
    try:
        return hashlib.new(name, signer_info["signed_attrs"].untag().dump()).digest()
    except ValueError:
        return b""  # shake and the like need a length; the algorithm is told as it is


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
