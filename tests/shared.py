"""What all test processes of one run share: made by the first that asks, unmade by the last that leaves."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class SharedRun:
    """A folder that the test processes of one run have in common."""

    def __init__(self, run: str) -> None:
        self.run = run
        # not below pytest's own folder: other runs tidy up there
        self.folder = Path(tempfile.gettempdir()) / f"karguzar-tests-{run}"

    @contextmanager
    def made_once(
        self, name: str, make: Callable[[Path], None], unmake: Callable[[], None] = lambda: None
    ) -> Iterator[Path]:
        """The folder `name`, filled by `make` unless another process did; who comes meanwhile waits.

        The last to leave unmakes it; whoever asks after that has it made anew.
        """
        self.folder.mkdir(exist_ok=True)
        place, users = self.folder / name, self.folder / f"{name}.users"
        with self._alone(name):
            if not users.exists():
                shutil.rmtree(place, ignore_errors=True)  # of a process that failed on the way
                place.mkdir()
                make(place)
            with users.open("a") as file:
                file.write(".")
        try:
            yield place
        finally:
            with self._alone(name):
                left = users.read_text()[1:]
                if left:
                    users.write_text(left)
                else:
                    users.unlink()
                    unmake()
                    shutil.rmtree(place)

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
