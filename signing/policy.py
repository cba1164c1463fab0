"""Which certificates may sign documents here: one rule for making signatures and for judging them."""

from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.certificates import DOCUMENT_SIGNING
from signing.errors import NotSignable

Kind = TypeVar("Kind", bound=x509.ExtensionType)

KEY_USAGES = frozenset({"digital_signature", "non_repudiation"})
"""one of them is needed (asn1crypto's names)"""
EXTENDED_USAGES = {
    DOCUMENT_SIGNING.dotted_string: "id-kp-documentSigning (RFC 9336)",
    ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string: "email_protection",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string: "any_extended_key_usage",
    ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string: "client_auth",
    "1.3.6.1.4.1.311.10.3.12": "microsoft_document_signing",
    "1.2.840.113583.1.1.5": "adobe_authentic_documents_trust",
}
"""a certificate with extended key usages needs one of these; one without may sign. Many national authorities issue
signing certificates with client authentication only"""


def require_signing_usage(certificate: x509.Certificate) -> None:
    """The certificate was issued for signing.

    :raises NotSignable: rule "usage"
    """
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise NotSignable("usage", "the certificate's key usage does not allow signatures")
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    if extended is not None and not any(one.dotted_string in EXTENDED_USAGES for one in extended):
        raise NotSignable("usage", "the certificate was issued for something else than documents")


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except ValueError as error:
        raise NotSignable("usage", "the certificate's extensions cannot be read") from error
