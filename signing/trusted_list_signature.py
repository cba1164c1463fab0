"""The signature of a trusted list: XAdES, enveloped, by an operator whose certificate is known beforehand.

ETSI TS 119 612, 5.7 and annex B. What is read of a list is what its signature covers, as canonicalised, nothing else.
"""

import warnings
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree

from signing.errors import TrustedListRefused

LARGEST = 10 * 1024 * 1024
"""bytes of a list; the largest published ones have about 6 million"""
LARGEST_ERROR = 300
SPACE = "http://uri.etsi.org/02231/v2#"
ROOT = f"{{{SPACE}}}TrustServiceStatusList"
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")


def authentic_list(data: bytes, operators: Sequence[x509.Certificate], *, at: datetime) -> etree._Element:
    """The root of a trusted list that one of the operators has signed.

    :param operators: certificates of the scheme operator, got beforehand by another way than the list
    :raises TrustedListRefused: rules size, shape, operator, signature
    """
    root = _parsed(data)
    refusals: list[TrustedListRefused] = []
    for operator in operators:
        try:
            return _signed_by(operator, root, at)
        except TrustedListRefused as error:
            refusals.append(error)
    if not refusals:
        raise TrustedListRefused("operator", "no certificate of its operator is known")
    raise refusals[0]


def _parsed(data: bytes) -> etree._Element:
    """UTF-8 whatever it says of itself, so that no encoding hides a document type; no entities, no network."""
    if len(data) > LARGEST:
        raise TrustedListRefused("size", f"larger than {LARGEST // 1024 // 1024} MB")
    if any(one in data for one in _FORBIDDEN):
        raise TrustedListRefused("shape", "it declares a document type or entities, which a trusted list never does")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TrustedListRefused("shape", f"no XML: {str(error)[:LARGEST_ERROR]}") from error
    if root.tag != ROOT or next(root.iterdescendants(ROOT), None) is not None:
        raise TrustedListRefused("shape", "no trusted list (ETSI TS 119 612)")
    return root


def _signed_by(operator: x509.Certificate, root: etree._Element, at: datetime) -> etree._Element:
    if not operator.not_valid_before_utc <= at <= operator.not_valid_after_utc:
        name = operator.subject.rfc4514_string()
        raise TrustedListRefused("operator", f"the certificate of {name} is not valid on {at:%Y-%m-%d}")
    # a tenth of a second that only whoever reads a list has to wait
    from signxml.exceptions import SignXMLException
    from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

    # two references: the list itself and the signed properties; the signature is a child of the root
    expected = XAdESSignatureConfiguration(
        location="./", expect_references=False, ignore_ambiguous_key_info=True, verification_time=at
    )
    try:
        with warnings.catch_warnings():
            # the library warns of what it will do in its next version
            warnings.simplefilter("ignore", DeprecationWarning)
            results = XAdESVerifier().verify(root, x509_cert=operator, expect_config=expected)
    except (SignXMLException, InvalidSignature, UnsupportedAlgorithm) as error:
        raise TrustedListRefused("signature", _told(error)) from error
    except (etree.LxmlError, ValueError, KeyError, TypeError, AttributeError) as error:
        # what is no signature at all makes the library raise many things
        raise TrustedListRefused("signature", f"no XAdES signature: {_told(error)}") from error
    for result in results:
        if result.signed_xml is not None and result.signed_xml.tag == ROOT:
            return result.signed_xml
    raise TrustedListRefused("signature", "it is signed, but not over the whole list")


def _told(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:LARGEST_ERROR]
