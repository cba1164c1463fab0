"""The door to authorities outside: how they are asked, for timestamps and for revocation data, and what is kept."""

from signing.fetching import HttpTransport, InProcess, Transport
from signing.ocsp import OCSP_RESPONSE
from signing.revocation import OCSP_REQUEST, KeptData, MemoryCache, RevocationCache, RevocationSource
from signing.timestamp import TIMESTAMP_QUERY, TIMESTAMP_REPLY, HttpTimestamper, Timestamper

__all__ = [
    "OCSP_REQUEST",
    "OCSP_RESPONSE",
    "TIMESTAMP_QUERY",
    "TIMESTAMP_REPLY",
    "HttpTimestamper",
    "HttpTransport",
    "InProcess",
    "KeptData",
    "MemoryCache",
    "RevocationCache",
    "RevocationSource",
    "Timestamper",
    "Transport",
]
