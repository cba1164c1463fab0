"""The killable processes that run typst, each making one document at a time within a time limit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from processes.children import Child, ChildGone, ChildPool, ChildrenBusy, ChildrenClosed, ChildTooSlow
from processes.documents.errors import DocumentRefused, RendererBusy, RendererClosed

_WORKER = Path(__file__).parent / "worker.py"
_MEMORY_LIMIT = 700 * 1024
"""KiB of peak memory after which a worker is replaced"""
_DEAD_PROXY = "http://127.0.0.1:9"
"""typst would fetch packages over HTTP; nothing listens here, so it cannot"""
_KEPT_BYTES = str(64 * 1024**2)
"""memory of a document that the C library keeps for the next one, instead of giving it back and asking again"""
_THREADS = "2"
"""of a worker: fonts and pages are compressed beside what is still being written; more do not make it quicker"""
_ENVIRONMENT = (
    {"RAYON_NUM_THREADS": _THREADS}
    | dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _DEAD_PROXY)
    | dict.fromkeys(("MALLOC_TOP_PAD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"), _KEPT_BYTES)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileRequest:
    """A typst source and the files it may read; `name` is how refusals call the source."""

    source: str
    files: Mapping[str, str]
    """by their names in the root: `data.json` is read as `/data.json`"""
    name: str


class WorkerPool:
    """Up to `workers` processes, started when first needed; safe to use from several threads."""

    def __init__(self, root: Path, fonts: Path, *, workers: int = 1, timeout: float = 20.0) -> None:
        arguments = (str(_WORKER), str(root), str(fonts))
        self._timeout = timeout
        self.children = ChildPool(
            lambda: Child(arguments, _ENVIRONMENT), workers=workers, timeout=timeout, most_memory=_MEMORY_LIMIT
        )

    def compile(self, request: CompileRequest) -> bytes:
        """The PDF. Raises DocumentRefused, RendererBusy after the time limit without a free worker, RendererClosed."""
        message = {
            "source": request.source,
            "files": dict(request.files),
            "name": request.name,
            "seconds": self._timeout,
        }
        try:
            answer, pdf = self.children.ask(json.dumps(message, ensure_ascii=False).encode())
        except ChildrenBusy:
            raise RendererBusy from None
        except ChildrenClosed:
            raise RendererClosed from None
        except ChildTooSlow:
            raise DocumentRefused("timeout", f"not rendered within {self._timeout:g} seconds") from None
        except ChildGone:
            raise DocumentRefused("crash", "the process that renders documents died twice of this document") from None
        if not answer["ok"]:
            raise DocumentRefused(answer["reason"], answer["what"], where=answer["where"])
        return pdf

    def close(self) -> None:
        """Ends every process; a document being made is given up."""
        self.children.close()
