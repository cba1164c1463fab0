"""Messages and signals between cases that run together in memory, as `karguzar trace` shows them.

A message goes to the one case that waits for it and whose conversation it fits, else it begins a case of a process that
starts by it, else it is kept for whoever comes to wait. A signal goes to everybody who waits at that moment and begins
a case of each process that starts by it (BPMN 2.0.2, 8.4.2, 10.5.1 and 13.2). A message flow says who may receive.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.spiff.interpreter import Interpreter
from engine.spiff.program import Program
from engine.spiff.tokens import Beginning, StartKind, StartTrigger, Thrown, ThrownKind


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What the cases of one trace have thrown and nobody has had yet."""

    programs: Sequence[Program]
    """the processes of the file, which an event may begin"""
    begin: Callable[[Program, Beginning], None]
    kept: list[tuple[Interpreter, Thrown]] = field(default_factory=list)

    def collect(self, case: Interpreter) -> None:
        """Take what a case has thrown; a message that something in it has caught has had its receiver."""
        self.kept += [(case, one) for one in case.take_thrown() if one.kind is ThrownKind.SIGNAL or not one.caught]

    def hand_over(self, cases: Sequence[Interpreter]) -> bool:
        """Hand over the first event that somebody is there for; False when all are kept."""
        for number, (sender, thrown) in enumerate(self.kept):
            others = [case for case in cases if case is not sender and not case.ended]
            if thrown.kind is ThrownKind.SIGNAL:
                del self.kept[number]
                self._broadcast(thrown, others)
                return True
            if self._delivered(thrown, others):
                del self.kept[number]
                return True
        return False

    def _delivered(self, thrown: Thrown, others: Sequence[Interpreter]) -> bool:
        receiver = thrown.receiver
        if receiver is not None and receiver.process is None:
            return True  # a pool nobody looks into has got it
        element = receiver.element if receiver else None
        for case in others:
            addressed = receiver is None or element is not None or receiver.process == case.program.process
            if addressed and case.correlate_message(thrown.name, thrown.variables, thrown.correlations, element):
                return True
        for program, start in self._starts(StartKind.MESSAGE, thrown.name):
            if receiver is None or (receiver.process == program.process and element in {None, start.element}):
                self.begin(
                    program,
                    Beginning(
                        element=start.element,
                        message=thrown.name,
                        variables=thrown.variables,
                        correlations=thrown.correlations,
                    ),
                )
                return True
        return False

    def _broadcast(self, thrown: Thrown, others: Sequence[Interpreter]) -> None:
        begun = {
            (case.program.process, wait.element)
            for case in others
            for wait in case.signals()
            if wait.signal == thrown.name
        }
        for case in others:
            case.deliver_signal(thrown.name, thrown.variables)
        for program, start in self._starts(StartKind.SIGNAL, thrown.name):
            # a case that was told to start and stood at this very event has just begun by it
            if (program.process, start.element) not in begun:
                self.begin(program, Beginning(element=start.element))

    def _starts(self, kind: StartKind, name: str) -> Iterator[tuple[Program, StartTrigger]]:
        for program in self.programs:
            for start in program.starts:
                if start.kind is kind and start.name == name:
                    yield program, start
