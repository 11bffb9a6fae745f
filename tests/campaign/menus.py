"""Trees for the campaign of flipping versions: alike in form, different in every name and key.

Decides what the versions look like, and which damage a broken one has. Plays nothing.
"""

from collections.abc import Iterator, Sequence
from random import Random

DEPTH, WAYS = 4, "123"
BROKEN = ("cut", "unknown node", "unknown prompt", "no person", "not YAML", "empty")


def good_tree(version: int, prompts: Sequence[str]) -> str:
    """Menus four deep; which key leads where, all names and all words are this version's own."""
    rng = Random(f"tree {version}")
    lines = [
        "flow: main", f"description: version {version}", "language: zh_CN",
        f"start: v{version}_top", "last_resort: person", "nodes:",
    ]  # fmt: skip
    lines += _menu(version, "top", DEPTH, rng, prompts)
    lines.append("  person: {type: queue, queue: general, prompts: [connecting]}")
    return "\n".join(lines) + "\n"


def _menu(
    version: int, place: str, depth: int, rng: Random, prompts: Sequence[str]
) -> Iterator[str]:
    """One menu and all below it; two of its three ways lead to menus, one back to the top."""
    ways = list(WAYS)
    rng.shuffle(ways)
    names = [f"{place}{index}" for index in range(2)]
    targets = [f"v{version}_{name}" if depth > 1 else "person" for name in names]
    keys = dict(zip(ways, [*targets, f"v{version}_top"], strict=True))
    shown = ", ".join(f"{key}: {keys[key]}" for key in sorted(keys))
    yield f"  v{version}_{place}:"
    yield "    type: menu"
    yield f"    prompts: [{rng.choice(prompts)}]"
    yield f"    keys: {{{shown}, 0: person}}"
    yield "    first_key_s: 5"
    yield "    tries: 1"
    yield "    on_no_key: {next: person}"
    yield "    on_wrong_key: {next: person}"
    if depth > 1:
        for name in names:
            yield from _menu(version, name, depth - 1, rng, prompts)


def broken_tree(version: int, prompts: Sequence[str]) -> str:
    """A version that nobody may ever hear."""
    text = good_tree(version, prompts)
    match BROKEN[version % len(BROKEN)]:
        case "cut":
            return text[: len(text) // 2]
        case "unknown node":
            return text.replace(", 0: person", ", 0: persn", 1)
        case "unknown prompt":
            return text.replace("[connecting]", "[conecting]")
        case "no person":
            return text.replace("{type: queue, queue: general, prompts: [connecting]}",
                                "{type: hangup, prompts: [connecting]}")  # fmt: skip
        case "not YAML":
            return text.replace("keys: {", "keys: {{", 1)
    return ""
