"""Killable child processes, each answering one question at a time within a time limit.

A frame is four bytes of length (big endian) and as many bytes. The child's socket is its file descriptor 0; it ends
when the other side closes. A question is one or more frames; an answer is two: a JSON object and a
body, which may be empty.
"""

import json
import os
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

LARGEST_PART = 1 << 20
"""bytes read from the socket at once"""
TRIES = 2
"""a child found dead is replaced once, for it may have died of something else while idle"""


class ChildGone(Exception):
    """The child died or hung up, and so did the one that took its place."""


class ChildTooSlow(Exception):
    """No answer within the time limit; the child was killed."""


class ChildrenBusy(Exception):
    """Every child is busy, for as long as a question may take."""


class ChildrenClosed(Exception):
    """The pool has been closed."""


class Child:
    """One process and the socket to it."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        base = {"PATH": os.defpath, "HOME": os.devnull, "LC_ALL": "C.UTF-8"}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
                [sys.executable, "-I", *arguments],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=base | dict(environment),
            )
        self.socket = ours

    def ask(self, frames: Sequence[bytes], deadline: float) -> tuple[dict[str, Any], bytes]:
        """Sends and waits. Raises TimeoutError at `deadline` (monotonic seconds), ChildGone when the process died."""
        try:
            for frame in frames:
                self.socket.settimeout(_left(deadline))
                self.socket.sendall(struct.pack(">I", len(frame)))
                self.socket.sendall(frame)
            return json.loads(self._frame(deadline)), self._frame(deadline)
        except TimeoutError:
            raise
        except (OSError, EOFError) as error:
            raise ChildGone from error

    def _frame(self, deadline: float) -> bytes:
        (size,) = struct.unpack(">I", self._exactly(4, deadline))
        return self._exactly(size, deadline)

    def _exactly(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            self.socket.settimeout(_left(deadline))
            part = self.socket.recv(min(size - len(parts), LARGEST_PART))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def peak_memory(self) -> int:
        """KiB of memory the process has had at most, 0 when it has died.

        Not getrusage's figure, in which Linux keeps the peak of the parent that a process was forked from.
        """
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)

    def kill(self) -> None:
        """Ends the process, whatever it does, and waits for it."""
        self.process.kill()
        self.process.wait()
        self.socket.close()


class ChildPool:
    """Up to `workers` children, started when first needed; safe to use from several threads.

    :param most_memory: KiB of peak memory after which a child is replaced
    """

    def __init__(self, start: Callable[[], Child], *, workers: int, timeout: float, most_memory: int) -> None:
        self._start_child, self._timeout, self._most_memory = start, timeout, most_memory
        self._closed = False
        self._lock = threading.Lock()
        self._living: set[Child] = set()
        self._slots: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(workers):
            self._slots.put(None)

    def ask(self, *frames: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer. Raises ChildTooSlow, ChildGone, ChildrenBusy, ChildrenClosed."""
        try:
            child = self._slots.get(timeout=self._timeout)
        except queue.Empty:
            raise ChildrenBusy from None
        try:
            child, answer, body = self._ask(child, frames)
        except BaseException:
            self._slots.put(None)
            raise
        # one that met something it did not expect may not be what it was
        if answer.get("reason") == "crash" or child.peak_memory() > self._most_memory:
            self._end(child)
            child = None
        self._slots.put(child)
        return answer, body

    def close(self) -> None:
        """Ends every child; a question being answered is given up."""
        with self._lock:
            self._closed = True
            living, self._living = self._living, set()
        for child in living:
            child.kill()

    def _ask(self, child: Child | None, frames: Sequence[bytes]) -> tuple[Child, dict[str, Any], bytes]:
        for _ in range(TRIES):
            child = child or self._start()
            try:
                answer, body = child.ask(frames, time.monotonic() + self._timeout)
            except TimeoutError:
                self._end(child)
                raise ChildTooSlow from None
            except ChildGone:
                self._end(child)
                child = None
            except BaseException:
                self._end(child)
                raise
            else:
                return child, answer, body
        raise ChildGone

    def _start(self) -> Child:
        with self._lock:
            if self._closed:
                raise ChildrenClosed
            child = self._start_child()
            self._living.add(child)
            return child

    def _end(self, child: Child) -> None:
        with self._lock:
            self._living.discard(child)
        child.kill()


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)
