"""A worker whose service raises a business error, and that kills itself with -9 there: HOME URL NAME PLACE TIMES."""

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from processes import service_tasks
from processes.bootstrap import bootstrap
from processes.handlers import BusinessError, Job, service_errors, services
from processes.office import Office
from processes.settings import Settings
from processes.worker import Worker


def deadly(call: Callable[..., Any], times: int) -> Callable[..., Any]:
    """The function; as often as said it is done, then its process dies before it does anything."""
    turns = itertools.count(1)

    def dies(*args: Any, **kwargs: Any) -> Any:
        if next(turns) > times:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)

    return dies


class Refused:
    def effect(self, office: Office, job: Job) -> dict[str, Any]:
        del office, job
        raise BusinessError("NO_FUNDS", "hesabda vəsait yoxdur", {"paid": False})

    def record(self, *_: Any) -> dict[str, Any]:
        raise AssertionError("a service that raised an error has nothing to record")


if __name__ == "__main__":
    home, url, name, place, times = sys.argv[1:]
    handler = Refused()
    services._found["do.pay"], service_errors["do.pay"] = handler, frozenset({"NO_FUNDS"})
    if place == "effect":
        vars(handler)["effect"] = deadly(handler.effect, int(times))
    else:
        assert place in vars(service_tasks)
        vars(service_tasks)[place] = deadly(vars(service_tasks)[place], int(times))
    Worker(bootstrap(Settings(home=Path(home), database_url=url, executor_id=name))).start()
    time.sleep(600)
