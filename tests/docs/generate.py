"""Writes the parts of the documents that follow from the code: ``python -m tests.docs.generate``.

Decides their form. What stands between ``<!-- name: ... -->`` and ``<!-- end -->`` is replaced;
the reference of the IVR language is written whole.
"""

import re
from pathlib import Path

from ari_app.core.agent import TRANSITIONS
from ari_app.core.call import LEFT_IN
from ari_app.settings import PROJECT_DIR
from tests.docs import reference

DEVELOPERS = PROJECT_DIR / "docs" / "developers.md"


def agent_states() -> str:
    rows = [
        f"  {state} --> {target}: {signal}"
        for state, moves in TRANSITIONS.items()
        for signal, target in moves.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", "  [*] --> offline", *rows, "```"])


def outcomes() -> str:
    rows = [f"| `{phase}` | `{outcome}` |" for phase, outcome in LEFT_IN.items()]
    return "\n".join(["| the channel goes while | outcome |", "|---|---|", *rows])


def block_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- end -->)", re.S)


def fresh(text: str) -> str:
    """The document with every generated part as the code has it now."""
    for name, made in (("agent-states", agent_states()), ("outcomes", outcomes())):
        text, count = block_pattern(name).subn(rf"\g<1>{made}\n\g<3>", text)
        assert count == 1, f"{name}: {count} places"
    return text


def write(path: Path = DEVELOPERS) -> None:
    path.write_text(fresh(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
    reference.write()
