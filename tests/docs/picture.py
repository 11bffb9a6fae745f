"""Draws a terminal's output as SVG: ``hotline demo | python -m tests.docs.picture TITLE > x.svg``.

Decides the look only; the words are those that came in. No font is fetched from anywhere.
"""

import io
import re
import sys

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 84
WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+"


def picture(output: str, title: str) -> str:
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    for line in output.splitlines():
        text = Text.from_ansi(line.rstrip())
        # Wide characters in a piece of their own: the rest keeps its cells in every font.
        text.highlight_regex(WIDE, "bold yellow")
        console.print(text, soft_wrap=True)
    no_web_font = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.S)
    plain = no_web_font.replace("Fira Code, ", "").replace("family: arial", "family: sans-serif")
    drawn = console.export_svg(title=title, theme=MONOKAI, code_format=plain, unique_id="demo")
    drawn = re.sub(rf'textLength="([0-9.]+)"([^>]*>{WIDE}<)', _twice, drawn)
    return "".join(f"{line.rstrip()}\n" for line in drawn.splitlines())


def _twice(found: re.Match[str]) -> str:
    """Rich gives wide characters the room of narrow ones."""
    return f'textLength="{2 * float(found[1]):g}"{found[2]}'


if __name__ == "__main__":
    sys.stdout.write(picture(sys.stdin.read(), sys.argv[1]))
