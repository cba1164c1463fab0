"""Serves the pages, with the worker inside unless another process runs it."""

import contextlib
import signal
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

from waitress.server import create_server  # type: ignore[import-untyped]

from processes.bootstrap import bootstrap, is_initialised, warn
from processes.lasting import keep_for_good
from processes.logs import configure_logs
from processes.settings import Settings
from processes.tools import initialise_home
from processes.working import working
from web.app import MAX_REQUEST_BYTES, create_app

Tell = Callable[[str], None]
THREADS = 8
HARD_LIMIT = 4 * MAX_REQUEST_BYTES
"""bytes; above it the server itself hangs up, in English and without a page, so the application's own limit is lower"""


def serve_office(
    settings: Settings, *, host: str | None, port: int | None, demo: bool, worker: bool, tell: Tell
) -> None:
    """Serve until told to stop; with `demo`, make and found whatever is missing first.

    :raises ConfigurationError: the home is not initialised
    """
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    if demo or not is_initialised(settings):
        initialise_home(settings, demo=demo, tell=tell)
    configure_logs(settings.home, "web")
    warn(settings, tell)
    office = bootstrap(settings)
    server = create_server(
        create_app(office),
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        max_request_body_size=HARD_LIMIT,
        ident="karguzar",
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        with working(office) if worker else contextlib.nullcontext():
            keep_for_good()
            tell(f"Serving at http://{settings.host}:{settings.port} (Ctrl-C ends it)")
            with contextlib.suppress(KeyboardInterrupt):
                server.run()
    finally:
        server.close()
        office.close()
