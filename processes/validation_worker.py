"""The process that judges files of strangers: started by path, capped in memory, may be killed.

The socket is file descriptor 0 (frames: see processes/children.py). A question is two frames, the JSON object {at,
file, seconds, anchors, intermediates, crls} with times in ISO 8601 and DER in base64, and the file; an answer is the
JSON object {report} and an empty body. The process ends when the other side closes.
"""

import base64
import json
import resource
import signal
import socket
import struct
import sys
from datetime import datetime
from typing import Any, BinaryIO

MEMORY = 2 * 1024**3
"""bytes of address space; what wants more ends in a verdict that says so"""


def read_frame(stream: BinaryIO) -> bytes:
    """One length-prefixed block. Raises EOFError when the other side is gone."""
    try:
        (size,) = struct.unpack(">I", stream.read(4))
    except struct.error:
        raise EOFError from None
    return stream.read(size)


def judge(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The report in full, as plain data."""
    from signing.validation import TrustStore, as_details, validate

    trust = TrustStore(*(tuple(map(base64.b64decode, question[name])) for name in ("anchors", "intermediates", "crls")))
    return as_details(validate(content, trust, at=datetime.fromisoformat(question["at"]), file=question["file"]))


def main() -> None:
    """Judges one file after another until the other side closes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # a file that makes a library recurse in C without end must not leave a core dump of somebody's document
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=0) as connection, connection.makefile("rb") as stream:
        while True:
            try:
                question = json.loads(read_frame(stream))
                content = read_frame(stream)
            except EOFError:
                return
            # SIGALRM ends this process even when whoever would have killed it is dead
            signal.alarm(int(question["seconds"]) + 2)
            report = judge(question, content)
            del content
            signal.alarm(0)
            answer = json.dumps({"report": report}).encode()
            connection.sendall(struct.pack(">I", len(answer)) + answer + struct.pack(">I", 0))


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    main()
