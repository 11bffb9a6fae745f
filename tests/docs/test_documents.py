"""What the documents say exists: files, commands, settings, figures, messages, states."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

import ivr
from ari_app.cli import app
from ari_app.core.call import Phase
from ari_app.core.journal_lines import Kind
from ari_app.metrics import Metrics
from ari_app.reports.figures import COUNTS, MEANS, OTHERS, SHARES, TALK_MEANS
from ari_app.settings import PROJECT_DIR, Settings
from ari_app.tickets.case import What
from ari_app.web.routes import ROUTES, V1
from tests.docs import reference
from tests.docs.generate import DEVELOPERS, PARTS, block_pattern, fresh

DOCS = PROJECT_DIR / "docs"
DOCUMENTS = [PROJECT_DIR / "README.md", PROJECT_DIR / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
TEXT = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
each_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_DIR))
)
FOLDERS = "ivr|ari_app|recordings|config|asterisk-conf|tests|docs|deploy|bench"
FOR_CHILDREN = ("config_dir", "watchdog_fd")
"""Settings that only one process tells another."""
LEFT_TO_READERS = ("config/asterisk", "config/prompts/studio", "bench/out")


def sources() -> Iterator[Path]:
    for folder in ("ivr", "ari_app", "recordings"):
        yield from (PROJECT_DIR / folder).rglob("*.py")


def table_of(path: Path, name: str) -> list[list[str]]:
    """The cells of a marked table, without its heading."""
    found = block_pattern(name).search(TEXT[path])
    assert found, f"{path}: no part named {name}"
    lines = [line for line in found[2].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def code(path: Path) -> str:
    """Everything that is set as code, in blocks or in a line."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", TEXT[path], re.S | re.M)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", TEXT[path])])


@each_document
def test_each_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXT[path]):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = path.parent / name if name else path
        assert file.exists(), f"{path}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M)
            slugs = [
                re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings
            ]
            assert anchor in slugs, f"{path}: {target}: {slugs}"


@each_document
def test_each_path_in_code_exists(path: Path) -> None:
    pattern = rf"(?<![\w/.-])((?:{FOLDERS})/[\w./-]*)([*<])?"
    for name, open_end in re.findall(pattern, code(path)):
        if not open_end and not name.startswith(LEFT_TO_READERS):
            assert (PROJECT_DIR / name.rstrip(".")).exists(), f"{path}: {name}"


@each_document
def test_each_command_exists(path: Path) -> None:
    root = typer.main.get_command(app)
    pattern = r"(?m)(?:^|bin/)hotline ((?:--config \S+ )?[a-z]+(?: [a-z]+)?)"
    for words in re.findall(pattern, code(path)):
        command, names = root, words.split()
        if names[0] == "--config":
            names = names[2:]
        while names and (below := getattr(command, "commands", None)):
            assert names[0] in below, f"{path}: hotline {words}"
            command = below[names.pop(0)]


@each_document
def test_each_make_target_and_module_exists(path: Path) -> None:
    targets = re.findall(r"^([\w-]+):", (PROJECT_DIR / "Makefile").read_text(), re.M)
    for target in re.findall(r"\bmake ([a-z-]+)", code(path)):
        assert target in targets, f"{path}: make {target}"
    for module in re.findall(r"python3? -m ([\w.]+)", code(path)):
        assert importlib.util.find_spec(module), f"{path}: {module}"


@each_document
def test_each_route_exists(path: Path) -> None:
    known = [re.sub(r"\{\w+\}", "[^/ ]+", route.path) for route in ROUTES]
    for found in re.findall(r"(?:\$API|/api/v1)(/[\w./-]*\w)", TEXT[path]):
        assert any(re.fullmatch(one, V1 + found) for one in known), f"{path}: {found}"


def test_the_table_of_settings_is_the_model() -> None:
    written = {
        row[0].strip("`"): row[1].strip("`") for row in table_of(DOCS / "operators.md", "settings")
    }
    assert written == {
        name: _shown(value) for name, value in Settings() if name not in FOR_CHILDREN
    }


def _shown(value: object) -> str:
    match value:
        case None | () | "":
            return "none"
        case tuple():
            return ", ".join(value)
        case Path():
            return str(value.relative_to(PROJECT_DIR))
    return str(value).replace(f"{PROJECT_DIR}/var", "<run_dir>")


def test_the_example_of_hotline_yaml_names_only_settings() -> None:
    text = (PROJECT_DIR / "config" / "hotline.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"^# (\w+): ", text, re.M))
    assert named <= set(Settings.model_fields)


def test_the_table_of_metrics_is_the_registry() -> None:
    written = [row[0].strip("`") for row in table_of(DOCS / "operators.md", "metrics")]
    kept = Metrics().registry.collect()
    named = {one.name + ("_total" if one.type == "counter" else "") for one in kept}
    assert sorted(written) == sorted(named)


def test_the_table_of_codes_is_complete() -> None:
    written = [row[0] for row in table_of(DOCS / "admins.md", "codes")]
    used = {one for file in sources() for one in re.findall(r'"([EW]\d{3})"', file.read_text())}
    assert written == sorted(used)


def test_each_message_can_come_from_the_program() -> None:
    said = "\n".join(_texts())
    for row in table_of(DOCS / "operators.md", "messages"):
        message = re.findall(r"`(.+?)`", row[0])[0]
        for part in filter(None, (piece.strip(" .") for piece in message.split("…"))):
            assert part in said, f"{message!r}: {part!r}"


def _texts() -> Iterator[str]:
    """Every text in the sources; the parts of an f-string one after another."""
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_refusals_that_agents_are_told_are_the_programs_own() -> None:
    said = "\n".join(_texts())
    for row in re.findall(r"^\| ([^|]*。) \|", TEXT[DOCS / "agents.md"], re.M):
        for part in filter(None, (piece.strip() for piece in row.split("…"))):
            assert part in said, part


def test_pictures_and_tables_from_the_code_are_fresh() -> None:
    for path in PARTS:
        assert fresh(path) == TEXT[path], f"{path.name}: run python -m tests.docs.generate"


def test_the_trees_in_the_introduction_load() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", TEXT[DOCS / "ivr.md"], re.S | re.M)
    trees = [text for text in blocks if "type:" in text]
    assert len(trees) >= 4
    for text in trees:
        nodes = f"{text}  person: {{type: queue, queue: general}}\n"
        start = text.split(":")[0].strip()
        whole = f"flow: main\nstart: {start}\nlast_resort: person\nnodes:\n{nodes}"
        read = ivr.load(text if "nodes:" in text else whole, "ivr.md")
        codes = set() if isinstance(read, ivr.Flow) else {found.code for found in read}
        assert codes <= {"E401"}, f"{text}: {read}"


def test_the_picture_of_a_call_shows_every_phase() -> None:
    picture = TEXT[DEVELOPERS].split("## A call's phases")[1].split("```")[1]
    named = {name for pair in re.findall(r"(\w+) --> (\w+)", picture) for name in pair}
    assert named == {phase.value for phase in Phase}


def test_the_reference_of_the_ivr_language_is_fresh() -> None:
    assert TEXT[reference.REFERENCE] == reference.reference(), "run: python -m tests.docs.generate"


def test_the_reference_has_every_node_type_and_field() -> None:
    text = TEXT[reference.REFERENCE]
    for kind, node in reference.NODES.items():
        section = text.split(f"\n### {kind}\n")[1].split("\n##")[0]
        for field in node.model_fields.keys() - {"type"}:
            assert f"| `{field}` |" in section, f"{kind}: {field}"
            assert f"{field}:" in section, f"{kind}: the example does not show {field}"


def test_decisions_are_numbered_without_gaps_and_say_why() -> None:
    files = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        for part in ("**Decided.**", "**Why.**", "**Price.**", "**Where.**"):
            assert part in TEXT[file], f"{file}: {part}"


def test_the_python_of_the_ivr_manual_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    [block] = re.findall(r"^```python\n(.*?)^```", TEXT[DOCS / "ivr.md"], re.S | re.M)
    monkeypatch.chdir(PROJECT_DIR)
    exec(compile(block, "docs/ivr.md", "exec"), {})
    said, nothing = capsys.readouterr().out.splitlines()
    assert said.startswith("queued ToQueue(queue='general'")
    assert said.endswith(" 2.0")
    assert nothing == "()"


def test_the_table_of_the_journals_kinds_is_the_code() -> None:
    written = [row[0].strip("`") for row in table_of(DOCS / "journal.md", "kinds")]
    assert sorted(written) == sorted(kind.value for kind in Kind)
    written = [row[0].strip("`") for row in table_of(DOCS / "journal.md", "ticket-kinds")]
    assert sorted(written) == sorted(kind.value for kind in What)


def test_the_table_of_figures_is_the_code() -> None:
    written = [row[0].strip("`") for row in table_of(DOCS / "reports.md", "figures")]
    assert written == [*COUNTS, *SHARES, *MEANS, *TALK_MEANS, *OTHERS]
