"""Writes the parts of the documents that follow from the code: ``python -m tests.docs.generate``.

Decides their form. What stands between ``<!-- name: ... -->`` and ``<!-- end -->`` is replaced;
the reference of the IVR language is written whole.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import ivr
from ari_app.core.agent import TRANSITIONS
from ari_app.core.call import LEFT_IN
from ari_app.core.talk import MOVES, PLACES
from ari_app.settings import PROJECT_DIR
from ivr.draw.drawing import draw
from ivr.draw.drawing_text import to_mermaid
from tests.docs import reference

DEVELOPERS = PROJECT_DIR / "docs" / "developers.md"
TREES = PROJECT_DIR / "docs" / "ivr.md"
AGENTS = PROJECT_DIR / "docs" / "agents.md"
PAGE_SOURCES = PROJECT_DIR / "ari_app" / "web" / "desk_ui" / "src"


def agent_states() -> str:
    rows = [
        f"  {state} --> {target}: {signal}"
        for state, moves in TRANSITIONS.items()
        for signal, target in moves.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", "  [*] --> offline", *rows, "```"])


MUSIC = {True: "music", False: "-"}


def talk_states() -> str:
    rows = [
        f"  {state} --> {target or '[*]'}: {move}"
        for state, moves in MOVES.items()
        for move, target in moves.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", "  [*] --> talking", *rows, "```"])


def talk_places() -> str:
    head = "| talk | agent's bridge | third's bridge | the citizen, in main, hears |"
    rows = [
        f"| `{talk}` | {one.agent or '-'} | {one.third or '-'} | {MUSIC[one.has_music]} |"
        for talk, one in PLACES.items()
    ]
    return "\n".join([head, "|---|---|---|---|", *rows])


def outcomes() -> str:
    rows = [f"| `{phase}` | `{outcome}` |" for phase, outcome in LEFT_IN.items()]
    return "\n".join(["| the channel goes while | outcome |", "|---|---|", *rows])


def main_tree() -> str:
    """The default tree as it is drawn, without what callers hear."""
    flows = PROJECT_DIR / "config" / "flows"
    trees = ivr.load_trees({file.name: file.read_bytes() for file in flows.glob("*.yaml")})
    assert isinstance(trees, ivr.Trees)
    return f"```mermaid\n{to_mermaid(draw(trees.flows['main']))}```"


def desk_keys() -> str:
    """The keys of the agents' page, with the words that stand on its buttons."""
    words = {language: _texts(language) for language in ("zh", "en")}
    keys = (PAGE_SOURCES / "agent" / "keys.ts").read_text(encoding="utf-8")
    rows = [
        f"| `{key}` | {words['zh'][name]} | {words['en'][name]} |"
        for name, key in re.findall(r"^  (\w+): \"([^\"]+)\"", keys, re.M)
    ]
    return "\n".join(["| 键 key | | |", "|---|---|---|", *rows])


def _texts(language: str) -> dict[str, str]:
    file = PAGE_SOURCES / "shared" / "texts" / language / "agent.ts"
    found = re.findall(r"^  (\w+): \"([^\"]*)\"", file.read_text(encoding="utf-8"), re.M)
    return {name: text.replace("{seconds}", "30") for name, text in found}


def block_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- end -->)", re.S)


PARTS: Mapping[Path, Mapping[str, Callable[[], str]]] = {
    DEVELOPERS: {
        "agent-states": agent_states,
        "outcomes": outcomes,
        "talk-states": talk_states,
        "talk-places": talk_places,
    },
    TREES: {"main-tree": main_tree},
    AGENTS: {"desk-keys": desk_keys},
}


def fresh(path: Path) -> str:
    """The document with every generated part as the code has it now."""
    text = path.read_text(encoding="utf-8")
    for name, make in PARTS[path].items():
        made = make().replace("\\", r"\\")
        text, count = block_pattern(name).subn(rf"\g<1>{made}\n\g<3>", text)
        assert count == 1, f"{name}: {count} places"
    return text


def write() -> None:
    for path in PARTS:
        path.write_text(fresh(path), encoding="utf-8")


if __name__ == "__main__":
    write()
    reference.write()
