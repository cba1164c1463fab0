"""The process that judges files of strangers: started by path, capped in memory, may be killed.

A question is the JSON object {at, file, any, media_type, seconds, anchors, intermediates, crls, services, grace} with
times in ISO 8601, spans in seconds and DER in base64, and the file; with {apart} instead of {any, media_type}, a CMS of
so many bytes and then the file that it signs. An answer is the JSON object {report}.
"""

import base64
import sys
from datetime import datetime, timedelta
from typing import Any

MEMORY = 2 * 1024**3
"""bytes of address space; what wants more ends in a verdict that says so"""


def judge(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The report in full, as plain data."""
    from signing.any_file import validate_any, validate_apart
    from signing.validation import TrustedService, TrustStore, as_details, validate

    encoded = {name: tuple(map(base64.b64decode, question[name])) for name in ("anchors", "intermediates", "crls")}
    services = tuple(map(TrustedService.from_json, question["services"]))
    trust = TrustStore(**encoded, services=services, grace=timedelta(seconds=question["grace"]))
    asked: dict[str, Any] = {"at": datetime.fromisoformat(question["at"]), "file": question["file"]}
    if "apart" in question:
        cms, signed = content[: question["apart"]], content[question["apart"] :]
        report = validate_apart(cms, signed, trust, at=asked["at"])
    elif question["any"]:
        report = validate_any(content, trust, **asked, media_type=question["media_type"])
    else:
        report = validate(content, trust, **asked)
    return {"report": as_details(report)}


def main() -> None:
    """Judges one file after another until the other side closes."""
    from processes.child_side import serve

    serve(judge, memory=MEMORY)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    main()
