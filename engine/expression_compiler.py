"""Turns an allowed syntax tree into closures. What is not in DISPATCH is refused: an allow-list, not a block-list."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from engine.errors import ExpressionError
from engine.expression_functions import FUNCTIONS, ExpressionContext
from engine.expression_values import MAX_INTEGER, Budget, compare

MAX_LITERAL = 1_000
"""characters of one text literal"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one evaluation sees."""

    names: Mapping[str, Any]
    context: ExpressionContext
    budget: Budget = field(default_factory=Budget)

    def compare(self, sign: str, left: Any, right: Any) -> bool:
        """One comparison, paid for by its right side: what a search walks over, at least as long as an equal left."""
        self.budget.read(right)
        return compare(sign, left, right, self.context)


Evaluator = Callable[[Scope], Any]


class Compiler:
    """Compiles the parts of one source, and notes which variables and deadlines they mention."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.names: set[str] = set()
        self.deadlines: set[str] = set()

    def refuse(self, reason: str) -> NoReturn:
        """Raise ExpressionError about this source."""
        raise ExpressionError(self.source, reason)

    def compiled(self, node: ast.AST) -> Evaluator:
        """The closure of a node."""
        compile_node = DISPATCH.get(type(node))
        if compile_node is None:
            self.refuse(f"{_told(node)} is not allowed")
        return compile_node(self, node)

    def assignment(self, statement: ast.stmt) -> tuple[str, ast.expr]:
        """Target and value of `name = expression`; every other statement is refused."""
        if not isinstance(statement, ast.Assign):
            self.refuse(f"a script holds assignments only, not {_told(statement)}")
        target = statement.targets[0]
        if len(statement.targets) != 1 or not isinstance(target, ast.Name):
            self.refuse("an assignment sets one variable")
        self.check_name(target.id)
        if target.id in FUNCTIONS:
            self.refuse(f"{target.id!r} is a function, not a variable")
        return target.id, statement.value

    def check_name(self, name: str) -> None:
        """Names that begin with _ are never a process's."""
        if name.startswith("_"):
            self.refuse(f"the name {name!r} is not allowed")


def _told(node: ast.AST) -> str:
    return TOLD.get(type(node), type(node).__name__)


TOLD: Mapping[type[ast.AST], str] = {
    ast.Attribute: "an attribute (a dot)",
    ast.Lambda: "lambda",
    ast.NamedExpr: ":=",
    ast.JoinedStr: "an f-string",
    ast.Starred: "*",
    ast.Slice: "a slice",
    ast.Pow: "**",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.AugAssign: "+= or its like",
    ast.Expr: "a bare expression",
}


def _constant(compiler: Compiler, node: Any) -> Evaluator:
    value = node.value
    if not (value is None or isinstance(value, bool | int | float | str)):
        compiler.refuse(f"a literal of type {type(value).__name__} is not allowed")
    if isinstance(value, str) and len(value) > MAX_LITERAL:
        compiler.refuse(f"a text literal is longer than {MAX_LITERAL} characters")
    if isinstance(value, int) and value > MAX_INTEGER:
        compiler.refuse("a number literal is too big")
    if isinstance(value, float) and value == float("inf"):
        compiler.refuse("a number literal is too big")
    return lambda _: value


def _name(compiler: Compiler, node: Any) -> Evaluator:
    name: str = node.id
    compiler.check_name(name)
    compiler.names.add(name)
    return lambda scope: scope.names[name]


def _bool_op(compiler: Compiler, node: Any) -> Evaluator:
    parts = [compiler.compiled(value) for value in node.values]
    stops_at = isinstance(node.op, ast.Or)

    def evaluate(scope: Scope) -> Any:
        value = None
        for part in parts:
            value = part(scope)
            if bool(value) is stops_at:
                break
        return value

    return evaluate


def _unary_op(compiler: Compiler, node: Any) -> Evaluator:
    if not isinstance(node.op, ast.Not | ast.USub):
        compiler.refuse(f"{_told(node.op)} is not allowed")
    operand = compiler.compiled(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda scope: not operand(scope)
    return lambda scope: _negated(operand(scope))


def _negated(value: Any) -> Any:
    return None if value is None else -_number(value)


def _bin_op(compiler: Compiler, node: Any) -> Evaluator:
    left, right = compiler.compiled(node.left), compiler.compiled(node.right)
    operation = ARITHMETIC.get(type(node.op))
    if operation is None:
        compiler.refuse(f"{_told(node.op)} is not allowed")
    adding = isinstance(node.op, ast.Add)

    def evaluate(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        if one is None or other is None:
            return None
        if adding and _joinable(one, other):
            return scope.budget.limited(one + other)
        return scope.budget.limited(operation(_number(one), _number(other)))

    return evaluate


def _joinable(one: Any, other: Any) -> bool:
    return (isinstance(one, str) and isinstance(other, str)) or (isinstance(one, list) and isinstance(other, list))


def _number(value: Any) -> Any:
    """Texts and lists are not multiplied, nor formatted with %."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"arithmetic needs numbers, not {type(value).__name__}")
    return value


ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _compare(compiler: Compiler, node: Any) -> Evaluator:
    if len(node.ops) == 1:
        return _single_comparison(compiler, node)
    operands = [compiler.compiled(operand) for operand in [node.left, *node.comparators]]
    signs = [_sign(compiler, op, side) for op, side in zip(node.ops, node.comparators, strict=True)]

    def evaluate(scope: Scope) -> bool:
        left = operands[0](scope)
        for sign, operand in zip(signs, operands[1:], strict=True):
            right = operand(scope)
            if not scope.compare(sign, left, right):
                return False
            left = right
        return True

    return evaluate


def _single_comparison(compiler: Compiler, node: Any) -> Evaluator:
    left, right = compiler.compiled(node.left), compiler.compiled(node.comparators[0])
    sign = _sign(compiler, node.ops[0], node.comparators[0])
    return lambda scope: scope.compare(sign, left(scope), right(scope))


def _sign(compiler: Compiler, op: ast.cmpop, right: ast.expr) -> str:
    """`is` compares with None, True or False only, and means ==."""
    if isinstance(op, ast.Is | ast.IsNot) and not (isinstance(right, ast.Constant) and right.value in NAMED_LITERALS):
        compiler.refuse("`is` stands before None, true or false only: compare with ==")
    return SIGNS[type(op)]


NAMED_LITERALS = (None, True, False)


SIGNS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "==",
    ast.IsNot: "!=",
}


def _subscript(compiler: Compiler, node: Any) -> Evaluator:
    container, key = compiler.compiled(node.value), compiler.compiled(node.slice)
    return lambda scope: _item(container(scope), key(scope))


def _item(container: Any, key: Any) -> Any:
    if isinstance(container, str | list | tuple | Mapping):
        return container[key]
    raise TypeError(f"{type(container).__name__} has no items")


def _list(compiler: Compiler, node: Any) -> Evaluator:
    items = [compiler.compiled(item) for item in node.elts]
    return lambda scope: scope.budget.limited([item(scope) for item in items])


def _dict(compiler: Compiler, node: Any) -> Evaluator:
    keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    if not all(isinstance(key, str) for key in keys):
        compiler.refuse("the keys of a dict are text literals")
    values = [compiler.compiled(value) for value in node.values]
    return lambda scope: scope.budget.limited({key: value(scope) for key, value in zip(keys, values, strict=True)})


def _if(compiler: Compiler, node: Any) -> Evaluator:
    test, then, otherwise = (compiler.compiled(part) for part in (node.test, node.body, node.orelse))
    return lambda scope: then(scope) if test(scope) else otherwise(scope)


def _call(compiler: Compiler, node: Any) -> Evaluator:
    name = node.func.id if isinstance(node.func, ast.Name) else None
    function = FUNCTIONS.get(name) if name else None
    if function is None:
        compiler.refuse(f"there is no function {name!r}" if name else "only listed functions can be called")
    if node.keywords or not function.least <= len(node.args) <= function.most:
        compiler.refuse(f"{name}() takes {function.least} to {function.most} arguments, without names")
    if name == "deadline":
        _note_deadline(compiler, node.args[0])
    arguments = [compiler.compiled(argument) for argument in node.args]
    call, cost = function.call, function.cost

    def evaluate(scope: Scope) -> Any:
        budget = scope.budget
        budget.spend(cost)
        return budget.limited(call(scope.context, *[budget.read(argument(scope)) for argument in arguments]))

    return evaluate


def _note_deadline(compiler: Compiler, argument: ast.expr) -> None:
    if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
        compiler.refuse("deadline() takes the name of a deadline as a text literal")
    compiler.deadlines.add(argument.value)


DISPATCH: Mapping[type[ast.AST], Callable[[Compiler, Any], Evaluator]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary_op,
    ast.BinOp: _bin_op,
    ast.Compare: _compare,
    ast.Subscript: _subscript,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Dict: _dict,
    ast.IfExp: _if,
    ast.Call: _call,
}
