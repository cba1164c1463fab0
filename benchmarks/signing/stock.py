"""Stock pyHanko at B-T, B-LT and B-LTA: as its documentation signs, with the same key, authority and lists at hand."""

import asyncio
from io import BytesIO
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager

from benchmarks.signing.material import FIELD, NOW, Material
from signing.keys.software import SoftwareKey

LEVELS: dict[str, dict[str, bool]] = {
    "B-T": {},
    "B-LT": {"embed_validation_info": True},
    "B-LTA": {"embed_validation_info": True, "use_pades_lta": True},
}


def simple_signer(key: SoftwareKey) -> SimpleSigner:
    """The signer of its documentation, with an officer's key."""
    store = SimpleCertificateStore()
    store.register_multiple([asn1_x509.Certificate.load(one) for one in key.chain])
    encoded = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(key.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(encoded),
        cert_registry=store,
    )


class _Authority(TimeStamper):  # type: ignore[misc]  # to mypy, pyHanko is untyped
    """The time-stamping authority of the run, asked in this process."""

    def __init__(self, material: Material) -> None:
        super().__init__()
        self._authority = material.authority.timestamper(lambda: NOW)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._authority.respond(req.dump()))


class Stock:
    """Signs the run's document at each level, and validates an LTA document offline."""

    def __init__(self, material: Material, key: SoftwareKey) -> None:
        self._pdf, self._signer, self._stamper = material.pdf, simple_signer(key), _Authority(material)
        trust = material.authority.trust()
        self._roots = [asn1_x509.Certificate.load(one) for one in trust.anchors]
        self._others = [asn1_x509.Certificate.load(one) for one in trust.intermediates]
        self._lists = [material.authority.crl("issuing", at=NOW), material.authority.crl("root", at=NOW)]

    def sign(self, level: str) -> bytes:
        """From the document as it is to the level."""
        metadata = PdfSignatureMetadata(
            field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", certify=True,
            validation_context=self._context() if LEVELS[level] else None, **LEVELS[level],
        )  # fmt: skip
        output = BytesIO()
        writer = IncrementalPdfFileWriter(BytesIO(self._pdf))
        signer = PdfSigner(metadata, self._signer, timestamper=self._stamper)
        asyncio.run(signer.async_sign_pdf(writer, output=output))
        return output.getvalue()

    def validate(self, pdf: bytes) -> Any:
        """By ETSI EN 319 102-1, of its one signature; what else is in the file it does not ask."""
        roots = SimpleTrustManager.build(trust_roots=self._roots)
        checked = RevocationCheckingRule.CHECK_IF_DECLARED
        policy = CertValidationPolicySpec(
            trust_manager=roots, revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(checked, checked))
        )
        spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy, ts_cert_validation_policy=policy))
        timing = ValidationTimingInfo(validation_time=NOW, best_signature_time=NOW, point_in_time_validation=True)
        embedded = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[0]
        return asyncio.run(ades_lta_validation(embedded, spec, timing_info=timing))

    def _context(self) -> ValidationContext:
        """Everything at hand, as after a first signature."""
        return ValidationContext(
            trust_roots=self._roots, other_certs=self._others, crls=self._lists, moment=NOW, revocation_mode="require"
        )
