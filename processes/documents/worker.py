"""The process that runs typst: started by path, imports nothing of the product, answers in plain data, may be killed.

The socket is file descriptor 0. A frame is four bytes of length (big endian) and as many bytes. A request is one frame,
the JSON object {source, name, files, seconds}; an answer is two, the JSON object {ok, reason, what, where} and
the PDF, empty where there is none. The process ends when the other side closes.
"""

import json
import re
import resource
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import typst

MEMORY = 3 * 1024**3
"""bytes of address space; a template that wants more dies alone"""
_PLACE = re.compile(r"┌─ .*?([^/\s]+\.typ):(\d+):(\d+)")
_OWN_SOURCE = "main.typ"
"""what typst takes for the document among several files"""
_COMMENT = "//"
"""before each other file: the binding parses all as typst, and this is over at once where the text is one line"""


def read_exactly(connection: socket.socket, size: int) -> bytes:
    """`size` bytes. Raises EOFError when the other side is gone."""
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(connection: socket.socket) -> bytes:
    """One length-prefixed block."""
    (size,) = struct.unpack(">I", read_exactly(connection, 4))
    return read_exactly(connection, size)


def frame(data: bytes) -> bytes:
    """`data` with its length before it."""
    return struct.pack(">I", len(data)) + data


def refusal(error: BaseException, name: str) -> dict[str, Any]:
    """What typst said, as plain data. A PanicException derives from BaseException and cannot be pickled."""
    if not isinstance(error, typst.TypstError):
        return {"ok": False, "reason": "crash", "what": f"{type(error).__name__}: {str(error)[:500]}", "where": ""}
    place = _PLACE.search(error.diagnostic)
    where = ""
    if place:
        file, line, column = place.groups()
        where = f"{name if file == _OWN_SOURCE else file}:{line}:{column}"
    reason = "package" if "package" in error.message else "template"
    return {"ok": False, "reason": reason, "what": error.message[:500], "where": where}


def compile_one(compiler: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """One document, or the reason why there is none.

    The data are files, not `sys.inputs`: these belong to typst's library, and with another library it remembers nothing
    of what it has laid out (decision 48).
    """
    files = {_OWN_SOURCE: request["source"]} | {name: _COMMENT + text for name, text in request["files"].items()}
    try:
        pdf = compiler.compile(
            input={name: text.encode() for name, text in files.items()},
            format="pdf",
            pdf_standards=["a-3b", "ua-1"],
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  (a panic of the compiler is a BaseException)
        return refusal(error, request["name"]), b""
    return {"ok": True}, pdf


def main(root: str, fonts: str) -> None:
    """Serves requests until the other side closes; templates see nothing but `root`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    nowhere = str(Path(root) / "no-packages")
    compiler = typst.Compiler(
        root=root, font_paths=faces, ignore_system_fonts=True, package_path=nowhere, package_cache_path=nowhere
    )
    with socket.socket(fileno=0) as connection:
        while True:
            try:
                request = json.loads(read_frame(connection))
            except EOFError:
                return
            # SIGALRM ends this process even when whoever would have killed it is dead
            signal.alarm(int(request["seconds"]) + 2)
            answer, pdf = compile_one(compiler, request)
            signal.alarm(0)
            connection.sendall(frame(json.dumps(answer).encode()) + frame(pdf))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
