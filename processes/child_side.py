"""The other side of `processes/children.py`: what a process does that reads files of strangers and may be killed.

The socket is file descriptor 0 (frames: see processes/children.py). The process ends when the other side closes.
"""

import json
import resource
import signal
import socket
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

Answer = Callable[[dict[str, Any], bytes], dict[str, Any]]
"""question, whose `seconds` it may take, and the file → the answer"""


def read_frame(stream: BinaryIO) -> bytes:
    """One length-prefixed block. Raises EOFError when the other side is gone."""
    try:
        (size,) = struct.unpack(">I", stream.read(4))
    except struct.error:
        raise EOFError from None
    return stream.read(size)


def serve(answer: Answer, *, memory: int) -> None:
    """Answer one question after another, each a JSON object and a file, until the other side closes.

    :param memory: bytes of address space; what wants more fails
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
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
            told = json.dumps(answer(question, content)).encode()
            del content
            signal.alarm(0)
            connection.sendall(struct.pack(">I", len(told)) + told + struct.pack(">I", 0))
