"""The rules of the code that a reader relies on: a core without clocks, small files, full types."""

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("ivr", "ari_app/core", "ari_app/routing", "ari_app/tickets")
SERVICE = ("ari", "core", "db", "delivery", "routing", "runtime", "web")
SHIPPED = ("ivr", "ari_app", "recordings")

FORBIDDEN = frozenset(
    {
        "asyncio", "concurrent", "datetime", "logging", "os", "pathlib", "random", "secrets",
        "select", "socket", "subprocess", "tempfile", "threading", "time", "uuid",
        "aiohttp", "httpx", "redis", "sqlalchemy", "structlog",
    }
)  # fmt: skip
"""Modules that know a clock, chance, a disk or a network."""

COMPUTES_DATES = {"ivr/calendar.py": "dates are its values; it is always told which day it is"}

FILE_LIMIT, PURE_FILE_LIMIT = 450, 350
FUNCTION_LIMIT, MEDIAN_LIMIT, NESTING_LIMIT, PARAMETER_LIMIT = 50, 7, 4, 7

PROMISES = {"ari_app/core/ports.py": "what the shell offers to adapters; decides nothing"}

EXCEPTIONS = {
    "ari_app/db/migrations/versions/0001_the_first_tables.py:upgrade": "a list of tables",
    "ari_app/ari/channels.py:originate": "mirrors Asterisk's own parameters, all by keyword",
    "ari_app/ari/channels.py:create": "mirrors Asterisk's own parameters, all by keyword",
    "ari_app/ari/link.py:__init__": "the link's collaborators, all by keyword",
    "ari_app/ari/operations.py:_row": "one column of the operations' table each",
    "ari_app/ari/websocket_lanes.py:request": "a retry within a time limit, told apart by cause",
    "ari_app/cli/ivr_versions.py:apply": "the options of one command, all by name",
    "ari_app/cli/rehearse.py:run": "the options of one command, all by name",
    "ari_app/web/app.py:make_app": "what the API is made of, by keyword",
    "ari_app/runtime/perform.py:__init__": "one adapter for each kind of command, by keyword",
    "ari_app/cli/report.py:calls": "the options of one command, all by name",
    "ari_app/softphone/citizen.py:__init__": "what a citizen can be told to do, by keyword",
    "ari_app/softphone/load.py:__init__": "what a load can be told to do, by keyword",
}
"""``path:function`` that may be larger than the budget, and why."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def files(*folders: str) -> list[str]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [str(path.relative_to(ROOT)) for path in found]


def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def functions(file: str) -> Iterator[Function]:
    return (node for node in ast.walk(tree(file)) if isinstance(node, Function))


def line_count(function: Function) -> int:
    """Lines of the body, the docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def nesting(node: ast.AST, depth: int = 0) -> int:
    """How deep blocks stand in one another; ``elif`` is no deeper than its ``if``."""
    deepest = depth
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(
                child, (*Function.__args__, ast.Lambda)
            ):
                continue
            is_elif = name == "orelse" and isinstance(node, ast.If) and len(value) == 1
            is_block = isinstance(child, BRANCHES) and not (is_elif and isinstance(child, ast.If))
            deepest = max(deepest, nesting(child, depth + is_block))
    return deepest


def imported(file: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("file", [file for file in files(*PURE) if file not in PROMISES])
def test_what_decides_never_waits_and_knows_no_clock(file: str):
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    lines = [node.lineno for node in ast.walk(tree(file)) if isinstance(node, waits)]
    assert not lines, f"async or await in {file}, lines {lines}"
    known = {"datetime"} if file in COMPUTES_DATES else set()
    assert not imported(file) & (FORBIDDEN - known)


@pytest.mark.parametrize("file", files("ivr", *(f"ari_app/{name}" for name in SERVICE)))
def test_only_the_clock_reads_the_clock(file: str):
    called = {ast.unparse(one.func) for one in ast.walk(tree(file)) if isinstance(one, ast.Call)}
    read = called & {"time.time", "time.monotonic", "datetime.now", "datetime.utcnow", "date.today"}
    assert not read or file == "ari_app/runtime/clock.py", f"{file} calls {', '.join(read)}"


@pytest.mark.parametrize("file", files(*SHIPPED))
def test_files_and_functions_keep_to_their_budgets(file: str):
    limit = PURE_FILE_LIMIT if file.startswith(PURE) else FILE_LIMIT
    length = len((ROOT / file).read_text(encoding="utf-8").splitlines())
    assert length <= limit, f"{file} has {length} lines, {limit} are allowed: split it"
    for function in functions(file):
        where = f"{file}:{function.name}"
        if where in EXCEPTIONS:
            continue
        given = function.args
        parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        count = len([one for one in parameters if one.arg not in ("self", "cls")])
        assert line_count(function) <= FUNCTION_LIMIT, f"{where} has {line_count(function)} lines"
        assert nesting(function) <= NESTING_LIMIT, f"{where} is nested {nesting(function)} deep"
        assert count <= PARAMETER_LIMIT, f"{where} has {count} parameters"


def test_functions_are_short_as_a_rule():
    lengths = [line_count(one) for file in files(*SHIPPED) for one in functions(file)]
    assert statistics.median(lengths) <= MEDIAN_LIMIT


def test_every_exception_is_still_needed():
    known = {f"{file}:{one.name}" for file in files(*SHIPPED) for one in functions(file)}
    assert set(EXCEPTIONS) <= known


@pytest.mark.parametrize("file", files(*SHIPPED))
def test_every_file_with_code_says_what_it_is_about(file: str):
    assert not tree(file).body or ast.get_docstring(tree(file)), f"{file} has no docstring"


def test_imports_only_point_inwards():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
