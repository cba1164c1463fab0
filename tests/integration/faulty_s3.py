"""A proxy before an S3 server that does to requests for blobs what networks and servers do: real HTTP, real bytes."""

import re
import socket
import threading
from contextlib import suppress
from enum import StrEnum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

BLOB = re.compile(r"/[0-9a-f]{64}(?:\?|$)")
ERROR = "<Error><Code>{}</Code><Message>told by the test</Message></Error>"
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Wire(StrEnum):
    """What happens to a request."""

    SOUND = "sound"
    DENIED = "403 AccessDenied"
    SLOW_DOWN = "503 SlowDown"
    HANGS = "no answer within the time limit"
    UPLOAD_CUT = "cut off in the middle of the upload"
    ANSWER_LOST = "stored, and the answer is cut off"
    DOWNLOAD_CUT = "cut off in the middle of the download"
    DOWNLOAD_STALLS = "stands still in the middle of the download"
    WRONG_BYTES = "one bit of the download is another"


REFUSALS = {Wire.DENIED: (403, "AccessDenied"), Wire.SLOW_DOWN: (503, "SlowDown")}


class FaultyS3:
    """The proxy. `method` says to which requests for a blob `wire` happens: after so many, so many times."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.wire, self.method, self.times, self.after = Wire.SOUND, "", 0, 0
        self.asked = 0
        """how many requests it has happened to"""
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def happens(self, wire: Wire, method: str, *, times: int = 1000, after: int = 0) -> None:
        """From now on."""
        self.wire, self.method, self.times, self.after, self.asked = wire, method, times, after, 0

    def takes(self, method: str, path: str) -> Wire:
        """What happens to this request."""
        if method != self.method or not BLOB.search(path) or self.asked >= self.times:
            return Wire.SOUND
        if self.after:
            self.after -= 1
            return Wire.SOUND
        self.asked += 1
        return self.wire

    def close(self) -> None:
        """Nobody answers any more: connections are refused."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    proxy: ClassVar[FaultyS3]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        wire = self.proxy.takes(self.command, self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if wire is Wire.UPLOAD_CUT:
            self._pass_on(self.rfile.read(length // 2), cut=True)
            return self._break_off()
        body = self.rfile.read(length)
        if wire is Wire.HANGS:
            self.proxy.released.wait(60)
            return self._break_off()
        if wire in REFUSALS:
            status, code = REFUSALS[wire]
            return self._answer(status, [("Content-Type", "application/xml")], ERROR.format(code).encode())
        status, headers, content = self._pass_on(body)
        if wire is Wire.ANSWER_LOST:
            return self._break_off()
        return self._answer(status, headers, content, wire)

    do_PUT = do_HEAD = do_POST = do_DELETE = do_GET  # noqa: N815 - the base class names them so

    def _pass_on(self, body: bytes, *, cut: bool = False) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = HTTPConnection(self.proxy.upstream, timeout=30)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in {"connection", "expect"}:
                connection.putheader(name, value)
        connection.putheader("Connection", "close")
        connection.endheaders(body)
        if cut:
            connection.close()
            return 0, [], b""
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        if self.command == "HEAD":
            kept.append(("Content-Length", answer.getheader("Content-Length") or "0"))
        return answer.status, kept, content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, wire: Wire = Wire.SOUND) -> None:
        if wire is Wire.WRONG_BYTES:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response_only(status)
        self.send_header("Connection", "close")  # a proxy that is closed shall have no way left
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = wire in {Wire.DOWNLOAD_CUT, Wire.DOWNLOAD_STALLS}
        with suppress(OSError):  # the other side may have given up
            self.wfile.write(content[: len(content) // 2] if half else content)
            self.wfile.flush()
        if wire is Wire.DOWNLOAD_STALLS:
            self.proxy.released.wait(60)
        if half:
            self._break_off()

    def _break_off(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nobody reads it."""
