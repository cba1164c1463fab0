"""Killable worker processes that run typst, each answering one request at a time within a time limit."""

import json
import os
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes.documents.errors import DocumentRefused, RendererBusy, RendererClosed

_WORKER = Path(__file__).parent / "worker.py"
_MEMORY_LIMIT = 700 * 1024
"""KiB of peak memory after which a worker is replaced"""
_DEAD_PROXY = "http://127.0.0.1:9"
"""typst would fetch packages over HTTP; nothing listens here, so it cannot"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileRequest:
    """A typst source with its string inputs; `name` is how refusals call the source."""

    source: str
    inputs: Mapping[str, str]
    name: str


class _Gone(Exception):
    """The worker died or hung up."""


class _Worker:
    """One process and the socket to it."""

    def __init__(self, root: Path, fonts: Path) -> None:
        ours, theirs = socket.socketpair()
        environment = {"PATH": os.defpath, "HOME": os.devnull, "LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "1"}
        environment |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _DEAD_PROXY)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own file)
                [sys.executable, "-I", str(_WORKER), str(root), str(fonts)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        self.socket = ours

    def ask(self, request: Mapping[str, Any], deadline: float) -> tuple[dict[str, Any], bytes]:
        """Sends and waits. Raises TimeoutError at `deadline` (monotonic seconds), _Gone when the process died."""
        try:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            data = json.dumps(request).encode()
            self.socket.sendall(struct.pack(">I", len(data)) + data)
            return json.loads(self._frame(deadline)), self._frame(deadline)
        except TimeoutError:
            raise
        except (OSError, EOFError) as error:
            raise _Gone from error

    def _frame(self, deadline: float) -> bytes:
        (size,) = struct.unpack(">I", self._exactly(4, deadline))
        return self._exactly(size, deadline)

    def _exactly(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            part = self.socket.recv(min(size - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def kill(self) -> None:
        """Ends the process, whatever it does, and waits for it."""
        self.process.kill()
        self.process.wait()
        self.socket.close()


class WorkerPool:
    """Up to `workers` processes, started when first needed; safe to use from several threads."""

    def __init__(self, root: Path, fonts: Path, *, workers: int = 1, timeout: float = 20.0) -> None:
        self._root, self._fonts, self._timeout = root, fonts, timeout
        self._closed = False
        self._lock = threading.Lock()
        self._living: set[_Worker] = set()
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._slots.put(None)

    def compile(self, request: CompileRequest) -> bytes:
        """The PDF. Raises DocumentRefused, RendererBusy after the time limit without a free worker, RendererClosed."""
        try:
            worker = self._slots.get(timeout=self._timeout)
        except queue.Empty:
            raise RendererBusy from None
        try:
            worker, answer, pdf = self._ask(worker, request)
        except BaseException:
            self._slots.put(None)
            raise
        if answer.get("reason") == "crash" or answer["memory"] > _MEMORY_LIMIT:
            self._end(worker)
            worker = None
        self._slots.put(worker)
        if not answer["ok"]:
            raise DocumentRefused(answer["reason"], answer["what"], where=answer["where"])
        return pdf

    def close(self) -> None:
        """Ends every process; a document being made is given up."""
        with self._lock:
            self._closed = True
            living, self._living = self._living, set()
        for worker in living:
            worker.kill()

    def _ask(self, worker: "_Worker | None", request: CompileRequest) -> tuple["_Worker", dict[str, Any], bytes]:
        """Asks; a process found dead is replaced once, for it may have died of something else while idle."""
        message = {
            "source": request.source,
            "inputs": dict(request.inputs),
            "name": request.name,
            "seconds": self._timeout,
        }
        for _ in range(2):
            worker = worker or self._start()
            try:
                answer, pdf = worker.ask(message, time.monotonic() + self._timeout)
            except TimeoutError:
                self._end(worker)
                raise DocumentRefused("timeout", f"not rendered within {self._timeout:g} seconds") from None
            except _Gone:
                self._end(worker)
                worker = None
            except BaseException:
                self._end(worker)
                raise
            else:
                return worker, answer, pdf
        raise DocumentRefused("crash", "the process that renders documents died twice of this document")

    def _start(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise RendererClosed
            worker = _Worker(self._root, self._fonts)
            self._living.add(worker)
            return worker

    def _end(self, worker: _Worker) -> None:
        with self._lock:
            self._living.discard(worker)
        worker.kill()
