"""Signature fields, placeholders and timestamps in PDF (ISO 32000-1, 12.8; ETSI EN 319 142-1), all appended."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.generic import TextStringObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import read_certification_data

from signing import reading
from signing.errors import DocumentLocked, DocumentUnusable, FieldUnavailable, RoomTooSmall, SigningError
from signing.request import SignatureRequest
from signing.structure import STATEMENT

reading.install()

PDF_2 = (2, 0)
TIMESTAMP_FIELD = "DocumentTimestamp"
LOCK = FieldMDPSpec(FieldMDPAction.ALL)
"""what a closing signature locks: every field"""

_LINE_ENDS = (b"\n", b"\r")


class _Writer(IncrementalPdfFileWriter):  # type: ignore[misc]  # to mypy, pyHanko is untyped
    """Appends a revision and leaves the metadata alone.

    pyHanko would write the computer's time into XMP and Info, whatever clock the office has, at each signature anew.
    """

    def _update_meta(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A document with room for a CMS, and what the CMS must sign."""

    pdf: bytes = field(repr=False)
    digest: bytes
    reserved: tuple[int, int]
    """start and end, angle brackets included"""

    def filled(self, cms: bytes) -> bytes:
        """The document with the CMS in its place.

        :raises RoomTooSmall: the CMS is larger than the room kept
        """
        start, end = self.reserved
        digits = cms.hex().upper().encode("ascii")
        room = end - start - 2
        if len(digits) > room:
            raise RoomTooSmall(f"the signature needs {len(digits)} digits, {room} were kept")
        return b"".join((self.pdf[: start + 1], digits.ljust(room, b"0"), self.pdf[end - 1 :]))


@dataclass(frozen=True, slots=True)
class ValidationData:
    """What a later judgement of signatures needs, all DER."""

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)


def allot_fields(pdf: bytes, names: Sequence[str], *, closing: str | None = None) -> bytes:
    """Append empty, invisible signature fields: rectangle [0 0 0 0] with the print flag, as PDF/A and PDF/UA allow.

    :param closing: one of them whose signature locks the document (ISO 32000-2, 12.7.5.5)
    :raises FieldUnavailable: a name is taken
    :raises DocumentUnusable: no PDF, or an encrypted one
    """
    with _foreign():
        writer = _writer(pdf)
        taken = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
        for name in names:
            if name in taken:
                raise FieldUnavailable(name, "exists already")
            taken.add(name)
            append_signature_field(writer, _specified(name, closes=name == closing))
        return _written(writer)


def _specified(name: str, *, closes: bool) -> SigFieldSpec:
    if not closes:
        return SigFieldSpec(sig_field_name=name)
    return SigFieldSpec(sig_field_name=name, field_mdp_spec=LOCK, doc_mdp_update_value=MDPPerm.NO_CHANGES)


def prepare_signature(request: SignatureRequest, *, digest: str, room: int) -> Placeholder:
    """Fill the field with a signature dictionary whose /Contents is still empty.

    :param digest: sha256, sha384 or sha512
    :param room: bytes kept for the CMS
    :raises FieldUnavailable: no such field, or not empty
    :raises DocumentLocked: certified with P=1, closed, or a certification that would not be the first signature
    """
    with _foreign():
        writer = _writer(request.pdf)
        closes = _closes(_require_field(writer, request.field))
        _require_unlocked(writer, certify=request.certify)
        _register_pades(writer)
        signature = SignatureObject(
            timestamp=request.claimed_at,
            subfilter=SigSeedSubFilter.PADES,
            name=request.name or None,
            reason=request.reason or None,
            location=request.location or None,
            bytes_reserved=2 * room,
        )
        if request.statement:
            signature[STATEMENT] = TextStringObject(request.statement)
        lock = SigMDPSetup(
            md_algorithm=digest,
            certify=request.certify,
            field_lock=LOCK if closes else None,
            docmdp_perms=_permitted(request, closes=closes),
        )
        steps = PdfCMSEmbedder().write_cms(request.field, writer, existing_fields_only=True)
        return _placed(steps, SigObjSetup(sig_placeholder=signature, mdp_setup=lock), digest)


def _permitted(request: SignatureRequest, *, closes: bool) -> MDPPerm | None:
    """What may follow: validation data only (P=1), further signatures in the allotted fields (P=2), not said here."""
    if request.certify and request.others_follow:
        return MDPPerm.FILL_FORMS
    return MDPPerm.NO_CHANGES if request.certify or closes else None


def append_timestamp(pdf: bytes, token_over: Callable[[bytes], bytes], *, room: int) -> bytes:
    """Append a document timestamp; no byte of `pdf` changes.

    :param token_over: SHA-256 digest to timestamp token (DER ContentInfo)
    :param room: bytes kept for the token
    :raises RoomTooSmall: the token is larger
    """
    with _foreign():
        writer = _writer(pdf)
        _register_pades(writer)
        taken = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
        number = next(n for n in range(1, len(taken) + 2) if f"{TIMESTAMP_FIELD}{n}" not in taken)
        name = f"{TIMESTAMP_FIELD}{number}"
        embedder = PdfCMSEmbedder(new_field_spec=SigFieldSpec(sig_field_name=name))
        steps = embedder.write_cms(name, writer)
        placeholder = _placed(steps, SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=2 * room)), "sha256")
    return placeholder.filled(token_over(placeholder.digest))


def append_validation_data(pdf: bytes, data: ValidationData, signatures: Sequence[bytes]) -> bytes:
    """Append a security store, or to the one there is; no byte of `pdf` changes (ETSI EN 319 142-1, 5.4.2).

    :param signatures: values of /Contents, padding included, that a VRI entry is to name; one named already is left
    """
    with _foreign():
        writer = _writer(pdf)
        _register_pades(writer)
        try:
            store, created = DocumentSecurityStore.read_dss(writer), False
        except NoDSSFoundError:
            store, created = DocumentSecurityStore(writer=writer), True
        certificates = [asn1_x509.Certificate.load(one) for one in data.certificates]
        crls = [asn1_crl.CertificateList.load(one) for one in data.crls]
        ocsps = [asn1_ocsp.OCSPResponse.load(one) for one in data.ocsps]
        entries = [name for one in signatures if (name := _vri_name(one)) not in store.vri_entries]
        for entry in entries or [None]:
            store.register_vri(entry, certs=certificates, crls=crls, ocsps=ocsps)
        dictionary = store.as_pdf_object()
        if created:
            writer.root[pdf_name("/DSS")] = writer.add_object(dictionary)
            writer.update_root()
        return _written(writer)


def _vri_name(contents: bytes) -> Any:
    """SHA-1 of the whole value, as validators look it up (ISO 32000-2, 12.8.4.4); pyHanko hashes its hexadecimal."""
    return pdf_name(f"/{hashlib.sha1(contents, usedforsecurity=False).hexdigest().upper()}")


def _placed(steps: Any, setup: SigObjSetup, digest: str) -> Placeholder:
    next(steps)
    steps.send(setup)
    prepared, output = steps.send(SigIOSetup(md_algorithm=digest, output=BytesIO()))
    return Placeholder(
        output.getvalue(),
        prepared.document_digest,
        (prepared.reserved_region_start, prepared.reserved_region_end),
    )


def _writer(pdf: bytes) -> _Writer:
    # what is appended begins on a line of its own (PDF/A-3, 6.1.9); typst ends its files without one
    writer = _Writer(BytesIO(pdf if pdf.endswith(_LINE_ENDS) else pdf + b"\n"))
    if writer.prev.encrypted:
        raise DocumentUnusable("encrypted documents are not signed")
    if writer.prev.xrefs.hybrid_xrefs_present:
        raise DocumentUnusable("hybrid cross-references can hide content")
    return writer


def _written(writer: _Writer) -> bytes:
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _register_pades(writer: _Writer) -> None:
    """Before PDF 2.0, PAdES is an extension the catalog names (ETSI EN 319 142-1, annex)."""
    writer.ensure_output_version(version=(1, 7))
    if writer.output_version < PDF_2:
        writer.register_extension(ESIC_EXTENSION_1)


def _require_field(writer: _Writer, name: str) -> Any:
    found = next(enumerate_sig_fields(writer.prev, with_name=name), None)
    if found is None:
        raise FieldUnavailable(name, "does not exist")
    if found[1] is not None:
        raise FieldUnavailable(name, "is signed already")
    return found[2].get_object()


def _closes(field: Any) -> bool:
    """The field was allotted to the signature that locks the document."""
    return "/Lock" in field and "/P" in field["/Lock"] and int(field["/Lock"]["/P"]) == MDPPerm.NO_CHANGES.value


def _require_unlocked(writer: _Writer, *, certify: bool) -> None:
    """The library's low-level embedder would sign after a lock; ask first."""
    certification = read_certification_data(writer.prev)
    if certification is not None and certification.permission == MDPPerm.NO_CHANGES:
        raise DocumentLocked
    for _, _, signed in enumerate_sig_fields(writer.prev, filled_status=True):
        if _closes(signed.get_object()):
            raise DocumentLocked("a closing signature has locked the document")
    if certify and next(enumerate_sig_fields(writer.prev, filled_status=True), None) is not None:
        raise DocumentLocked("a certification must be the first signature")


@contextmanager
def _foreign() -> Iterator[None]:
    """Whatever pyHanko raises on a file it does not like becomes ours."""
    try:
        yield
    except SigningError:
        raise
    except Exception as error:
        raise DocumentUnusable(f"not a PDF that can be signed: {error}") from error
