"""Edits of good trees for testing the prover: defects that it must find, and harmless ones.

Each edit takes the parsed files of a folder and one node of one of them, and gives back the files
as an admin might have written them; None where it does not fit that node.
"""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Protocol

Files = dict[str, dict[str, Any]]


class Edit(Protocol):
    __name__: str

    def __call__(self, files: Files, file: str, node: str) -> Files | None: ...


TARGETS = ("next", "otherwise", "open", "closed", "holiday", "emergency", "on_failure")
TARGETS += ("on_timeout", "on_busy", "on_no_answer")


def written(files: Files) -> dict[str, str]:
    """JSON is YAML, and written much faster."""
    return {
        name: json.dumps(tree, ensure_ascii=False, indent=1) + "\n" for name, tree in files.items()
    }


def sites(files: Files) -> Iterator[tuple[str, str]]:
    for file, tree in files.items():
        for node in tree["nodes"]:
            yield file, node


def references(node: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every place in a node that names another one."""
    for field in TARGETS:
        if field in node and isinstance(node[field], str):
            yield node, field
    for part in ("on_no_key", "on_wrong_key", "on_wrong"):
        if "next" in node.get(part, {}):
            yield node[part], "next"
    if node["type"] in ("menu", "queue"):
        for key, target in node.get("keys", {}).items():
            if target != "repeat":
                yield node["keys"], key
    for case in node.get("cases", ()):
        yield case, "next"


def _edited(files: Files, file: str) -> tuple[Files, dict[str, Any]]:
    changed = copy.deepcopy(files)
    return changed, changed[file]["nodes"]


def _with_bye(nodes: dict[str, Any]) -> str:
    nodes["bye_bye"] = {"type": "hangup", "prompts": ["goodbye"]}
    return "bye_bye"


def _leads_to_people(nodes: dict[str, Any], name: str) -> bool:
    """A node whose ways go on in the tree, and not to its own end."""
    ends = [nodes[box[key]]["type"] for box, key in references(nodes[name]) if box[key] in nodes]
    return bool(ends) and "hangup" not in ends


# --- defects -----------------------------------------------------------------------------------


def misspelled_target(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    found = list(references(nodes[node]))
    if not found:
        return None
    box, key = found[-1]
    box[key] += "_x"
    return changed


def missing_node(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    used = any(box[key] == node for other in nodes.values() for box, key in references(other))
    del nodes[node]
    return changed if used else None


def said_for_ever(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] not in ("say", "set", "language", "greeting"):
        return None
    nodes[node]["next"] = node
    return changed


def offered_for_ever(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "menu":
        return None
    nodes[node]["on_no_key"] = {"next": node}
    return changed


def failing_in_a_circle(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] not in ("say", "menu", "collect"):
        return None
    nodes[node]["on_failure"] = node
    return changed


def busy_in_a_circle(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "transfer" or "three_way" in nodes[node]:
        return None
    nodes[node]["on_busy"] = node
    return changed


def hung_up_when_busy(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "transfer" or "three_way" in nodes[node]:
        return None
    nodes[node]["on_no_answer"] = _with_bye(nodes)
    return changed


def hung_up_when_a_prompt_fails(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] not in ("say", "menu", "collect") or not _leads_to_people(nodes, node):
        return None
    nodes[node]["on_failure"] = _with_bye(nodes)
    return changed


def hung_up_when_nobody_is_free(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "queue" or node == changed[file].get("last_resort"):
        return None
    nodes[node] |= {"max_wait_s": 40, "on_timeout": _with_bye(nodes)}
    return changed


def hung_up_when_the_queue_is_full(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "queue":
        return None
    nodes[node]["on_failure"] = _with_bye(nodes)
    return changed


def waiting_for_ever_at_a_desk(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "queue":
        return None
    nodes[node].setdefault("needs", {"en": 1})
    nodes[node].pop("max_wait_s", None)
    nodes[node].pop("on_timeout", None)
    return changed


def last_resort_that_gives_up(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if changed[file].get("last_resort") != node:
        return None
    nodes[node]["max_wait_s"] = 30
    return changed


def waiting_in_a_circle(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "queue" or node == changed[file].get("last_resort"):
        return None
    nodes["sorry_sorry"] = {"type": "say", "prompts": ["please_hold"], "next": node}
    nodes[node] |= {"max_wait_s": 40, "on_timeout": "sorry_sorry"}
    return changed


def never_reached(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    found = [(box, key) for box, key in references(nodes[node]) if key == "next"]
    if not found:
        return None
    test = {"queue.general.waiting": {"at_least": 5, "below": 3}}
    nodes["never_so"] = {"type": "queue", "queue": "general"}
    nodes["asked_so"] = {"type": "branch", "cases": [{"if": test, "next": "never_so"}]}
    nodes["asked_so"]["otherwise"] = found[0][0]["next"]
    found[0][0]["next"] = "asked_so"
    return changed


def contradiction(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    found = [(box, key) for box, key in references(nodes[node]) if key == "next"]
    if not found:
        return None
    onward = found[0][0]["next"]
    nodes["never_both"] = {"type": "queue", "queue": "general"}
    for name, answer, then in (("asked_1", True, "asked_2"), ("asked_2", False, "never_both")):
        case = {"if": {"caller.is_repeat": answer}, "next": then}
        nodes[name] = {"type": "branch", "cases": [case], "otherwise": onward}
    found[0][0]["next"] = "asked_1"
    return changed


def forgotten(files: Files, file: str, node: str) -> Files | None:
    """The only arrow to a node is turned away from it."""
    changed, nodes = _edited(files, file)
    arrows = [(b, k) for other in nodes.values() for b, k in references(other) if b[k] == node]
    tree = changed[file]
    used = (tree["start"], tree.get("last_resort"), tree.get("after_talk"))
    used += tuple(line.get("start") for line in tree.get("lines", {}).values())
    if len(arrows) != 1 or node in used:
        return None
    box, key = arrows[0]
    box[key] = tree.get("last_resort", tree["start"])
    return changed


def _at_start(build: Callable[[dict[str, Any], str], str]) -> Edit:
    def edit(files: Files, file: str, node: str) -> Files | None:
        changed, nodes = _edited(files, file)
        if changed[file]["start"] != node or changed[file]["flow"] != "main":
            return None
        changed[file]["start"] = build(nodes, node)
        return changed

    edit.__name__ = build.__name__.strip("_")
    return edit


def _long_speech(nodes: dict[str, Any], onward: str) -> str:
    nodes["speech"] = {"type": "say", "prompts": ["please_hold"] * 20, "next": "speech_2"}
    for number in range(2, 4):
        then = "speech_3" if number == 2 else onward
        nodes[f"speech_{number}"] = {"type": "say", "prompts": ["please_hold"] * 20, "next": then}
    return "speech"


def _many_speeches(nodes: dict[str, Any], onward: str) -> str:
    for number in range(13):
        then = f"speech_{number + 1}" if number < 12 else onward
        nodes[f"speech_{number}"] = {"type": "say", "prompts": ["connecting"], "next": then}
    return "speech_0"


def _many_nodes(nodes: dict[str, Any], onward: str) -> str:
    for number in range(60):
        then = f"mark_{number + 1}" if number < 59 else onward
        nodes[f"mark_{number}"] = {"type": "set", "field": "mark", "value": "x", "next": then}
    return "mark_0"


def _nobody(nodes: dict[str, Any], onward: str) -> str:
    keys = {"1": onward}
    nodes["first"] = {"type": "menu", "prompts": ["menu_zh"], "keys": keys}
    nodes["first"]["on_no_key"] = {"next": _with_bye(nodes)}
    return "first"


DEFECTS: tuple[Edit, ...] = (
    misspelled_target,
    missing_node,
    said_for_ever,
    offered_for_ever,
    failing_in_a_circle,
    busy_in_a_circle,
    hung_up_when_busy,
    hung_up_when_a_prompt_fails,
    hung_up_when_nobody_is_free,
    hung_up_when_the_queue_is_full,
    waiting_for_ever_at_a_desk,
    last_resort_that_gives_up,
    waiting_in_a_circle,
    never_reached,
    contradiction,
    forgotten,
    _at_start(_long_speech),
    _at_start(_many_speeches),
    _at_start(_many_nodes),
    _at_start(_nobody),
)

# --- harmless edits ----------------------------------------------------------------------------


def renamed(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    tree = changed[file]
    for other in nodes.values():
        for box, key in list(references(other)):
            if box[key] == node:
                box[key] = f"{node}_new"
    for box in (tree, *tree.get("lines", {}).values()):
        for field in ("start", "last_resort", "after_talk"):
            if box.get(field) == node:
                box[field] = f"{node}_new"
    tree["nodes"] = {f"{k}_new" if k == node else k: v for k, v in nodes.items()}
    return changed


def reordered(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    nodes[node] = dict(reversed(nodes[node].items()))
    if "keys" in nodes[node]:
        nodes[node]["keys"] = dict(reversed(nodes[node]["keys"].items()))
    names = list(nodes)
    random.Random(node).shuffle(names)
    changed[file]["nodes"] = {name: nodes[name] for name in names}
    return changed


def reworded(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    changed[file]["description"] = f"Somebody thought about {node}."
    prompts = nodes[node].get("prompts")
    if not prompts:
        return None
    nodes[node]["prompts"] = ["sorry_try_again", *prompts[1:]]
    return changed


def split_say(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "say":
        return None
    first = nodes[node]
    prompts = first["prompts"] * (1 if len(first["prompts"]) > 1 else 2)
    nodes[f"{node}_rest"] = {**first, "prompts": prompts[1:]}
    nodes[node] = {**first, "prompts": prompts[:1], "next": f"{node}_rest"}
    return changed


def doubled(files: Files, file: str, node: str) -> Files | None:
    """One of several arrows leads to a copy."""
    changed, nodes = _edited(files, file)
    arrows = [(b, k) for other in nodes.values() for b, k in references(other) if b[k] == node]
    if len(arrows) < 2 or nodes[node]["type"] == "return":
        return None
    nodes[f"{node}_copy"] = copy.deepcopy(nodes[node])
    box, key = arrows[0]
    box[key] = f"{node}_copy"
    return changed


def by_way_of(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    found = list(references(nodes[node]))
    if not found:
        return None
    box, key = found[0]
    nodes["by_way"] = {"type": "goto", "next": box[key]}
    box[key] = "by_way"
    return changed


def marked(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    found = list(references(nodes[node]))
    if not found:
        return None
    box, key = found[-1]
    nodes["mark"] = {"type": "set", "field": "mark", "value": node, "next": box[key]}
    box[key] = "mark"
    return changed


def one_more_word(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    found = [(box, key) for box, key in references(nodes[node]) if key == "next"]
    if not found:
        return None
    box, key = found[0]
    nodes["word_word"] = {"type": "say", "prompts": ["connecting"], "next": box[key]}
    box[key] = "word_word"
    return changed


def more_patient(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    field = {"menu": "first_key_s", "queue": "max_wait_s"}.get(nodes[node]["type"], "")
    if field not in nodes[node]:
        return None
    nodes[node][field] += 1
    return changed


def more_urgent(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    if nodes[node]["type"] != "queue":
        return None
    nodes[node]["priority"] = 7
    return changed


def one_more_key(files: Files, file: str, node: str) -> Files | None:
    changed, nodes = _edited(files, file)
    resort = changed[file].get("last_resort")
    if nodes[node]["type"] != "menu" or not resort:
        return None
    free = next(key for key in "0123456789" if key not in map(str, nodes[node]["keys"]))
    nodes[node]["keys"] |= {free: resort}
    return changed


HARMLESS: tuple[Edit, ...] = (
    renamed,
    reordered,
    reworded,
    split_say,
    doubled,
    by_way_of,
    marked,
    one_more_word,
    more_patient,
    more_urgent,
    one_more_key,
)


def commented(text: str) -> str:
    """Comments at every place where a line may end."""
    return "".join(f"{line}  # seen\n# and again\n" for line in text.splitlines())
