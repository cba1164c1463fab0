"""The one language of conditions, timers, scripts, decision tables and forms (DESIGN section 6).

A small part of Python's grammar: literals, names, lists and dicts, arithmetic on numbers, comparisons, and, or, not,
`a if b else c`, indexing, and the functions of `engine.expression_functions`. Parsed once, checked against an
allow-list and turned into closures: nothing is handed to eval or exec. No attributes, comprehensions, lambdas, walrus,
f-strings, slices, powers or keyword arguments: an evaluation costs at most its parts times the size of its variables.

An absent value (None) stays absent: arithmetic and date functions with None give None, an ordered comparison with None
is false. A date compared with an ISO string compares dates; an instant compared with a date counts as the date on the
wall of the case's time zone.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from engine.errors import EngineError, ExpressionError
from engine.expression_compiler import Compiler, Evaluator, Scope
from engine.expression_functions import FUNCTIONS, ExpressionContext
from engine.expression_values import Budget, plain

__all__ = [
    "FUNCTIONS",
    "Expression",
    "ExpressionContext",
    "Script",
    "compile_expression",
    "compile_script",
    "plain",
]

MAX_SOURCE = 4_000
MAX_NODES = 600
MAX_DEPTH = 40
KEPT = 2_048
"""compiled sources that are kept"""
FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A compiled expression; evaluating it changes nothing."""

    source: str
    names: frozenset[str]
    """the variables it reads"""
    deadlines: frozenset[str]
    """the named deadlines it asks for"""
    evaluator: Evaluator = field(repr=False, compare=False)

    def evaluate(self, names: Mapping[str, Any], context: ExpressionContext) -> Any:
        """Its value for these variables; raises ExpressionError with the expression and the reason."""
        return _run(self.source, self.evaluator, Scope(names, context))


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A compiled script task: assignments, one a line, each seeing those before it."""

    source: str
    names: frozenset[str]
    """the variables it reads before it sets them"""
    targets: frozenset[str]
    """the variables it sets"""
    deadlines: frozenset[str]
    assignments: tuple[tuple[str, Evaluator], ...] = field(repr=False, compare=False)

    def run(self, names: Mapping[str, Any], context: ExpressionContext) -> dict[str, Any]:
        """What it sets, as JSON values: dates become ISO strings, nothing aliases a variable."""
        seen: dict[str, Any] = dict(names)
        results: dict[str, Any] = {}
        budget = Budget()
        for target, evaluator in self.assignments:
            seen[target] = results[target] = _run(self.source, evaluator, Scope(seen, context, budget))
        return results


@lru_cache(maxsize=KEPT)
def compile_expression(source: str) -> Expression:
    """Check and compile; raises ExpressionError. A compiled source is kept."""
    tree = _parse(source, "eval")
    compiler = Compiler(source)
    evaluator = compiler.compiled(tree.body) if isinstance(tree, ast.Expression) else compiler.refuse("no expression")
    return Expression(
        source=source,
        names=frozenset(compiler.names),
        deadlines=frozenset(compiler.deadlines),
        evaluator=evaluator,
    )


@lru_cache(maxsize=KEPT)
def compile_script(source: str) -> Script:
    """Check and compile a script task's assignments; raises ExpressionError."""
    tree = _parse(source, "exec")
    compiler = Compiler(source)
    read: set[str] = set()
    targets: dict[str, None] = {}
    assignments: list[tuple[str, Evaluator]] = []
    for statement in tree.body if isinstance(tree, ast.Module) else []:
        compiler.names = set()
        target, value = compiler.assignment(statement)
        assignments.append((target, _as_plain(compiler.compiled(value))))
        read |= compiler.names - targets.keys()
        targets[target] = None
    if not assignments:
        compiler.refuse("a script is one or more assignments, such as late = due_on < today()")
    return Script(
        source=source,
        names=frozenset(read),
        targets=frozenset(targets),
        deadlines=frozenset(compiler.deadlines),
        assignments=tuple(assignments),
    )


def _as_plain(evaluator: Evaluator) -> Evaluator:
    return lambda scope: plain(evaluator(scope))


def _run(source: str, evaluator: Evaluator, scope: Scope) -> Any:
    try:
        return evaluator(scope)
    except FAILURES as error:
        raise ExpressionError(source, _reason(error)) from error
    except EngineError as error:  # a deadline whose term is wrong
        raise ExpressionError(source, str(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"nothing is called {error.args[0]!r}"
    return str(error) or type(error).__name__


def _parse(source: str, mode: Literal["eval", "exec"]) -> ast.AST:
    text = "\n".join(line.strip() for line in source.strip().splitlines()) if mode == "exec" else source.strip()
    if len(text) > MAX_SOURCE:
        raise ExpressionError(source, f"longer than {MAX_SOURCE} characters")
    _refuse_odd_escapes(source)
    try:
        tree = ast.parse(text, "<expression>", mode)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(source, f"cannot be read: {getattr(error, 'msg', None) or error}") from None
    _refuse_big_trees(source, tree)
    return tree


def _refuse_odd_escapes(source: str) -> None:
    r"""Only \\, \', \", \n and \t: about an unknown escape Python itself only warns."""
    escaped = False
    for character in source:
        if escaped and character not in "\\'\"nt":
            raise ExpressionError(source, f"a backslash before {character!r} is not allowed")
        escaped = character == "\\" and not escaped


def _refuse_big_trees(source: str, tree: ast.AST) -> None:
    level, depth, nodes = [tree], 0, 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise ExpressionError(source, f"more than {MAX_NODES} parts or nested deeper than {MAX_DEPTH}")
        level = [child for node in level for child in ast.iter_child_nodes(node)]
