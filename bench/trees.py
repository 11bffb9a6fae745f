"""Trees as big as a province's, for measuring: made of blocks as they occur in real ones.

``big_trees(5000)`` gives the texts of a folder of flow files with about so many nodes in the tree
``main`` and all that it calls.
"""

import random

BLOCK_NODES = 13
BLOCKS_IN_A_FILE = 40
REGIONS = ("shandong", "qingdao", "jinan", "tianjin")

_HEAD = """flow: {name}
start: begin
last_resort: person
nodes:
  person: {{type: queue, queue: general}}
"""

_MAIN = """  begin: {type: greeting, prompts: [notice_greeting], next: nuisance}
  nuisance:
    type: branch
    cases: [{if: {caller.is_nuisance: true}, next: person}, {if: {caller.is_vip: true}, next: vip}]
    otherwise: hours
  vip: {type: queue, queue: urgent, priority: 9, max_wait_s: 30}
  hours: {type: schedule, schedule: office, open: day, closed: night, emergency: person}
  night: {type: say, prompts: [please_hold], next: person}
  day:
    type: menu
    prompts: [menu_zh, menu_en]
    keys: {1: mandarin, 2: english, 9: urgent, 0: person, "*": repeat}
    on_wrong_key: {say: [wrong_key], next: person}
  urgent: {type: transfer, to: "110", on_busy: person}
  english: {type: language, language: en, next: mandarin}
"""

_BLOCK = """  b{n}_menu:
    type: menu
    prompts: [menu_enterprise, menu_urgent]
    keys: {{1: b{n}_info, 2: b{n}_desk, 3: b{n}_number, 4: b{n}_where, 0: person, "*": repeat}}
    on_no_key: {{say: [sorry_try_again], next: b{n}_desk}}
    on_wrong_key: {{say: [wrong_key], next: b{n}_desk}}
  b{n}_info: {{type: say, prompts: [please_hold], next: b{n}_more}}
  b{n}_more:
    type: menu
    prompts: [menu_zh]
    keys: {{1: b{n}_desk, 2: b{n}_info, 8: b{n}_note}}
    tries: 2
    on_no_key: {{next: b{n}_desk}}
    on_failure: b{n}_desk
{number}  b{n}_mark: {{type: set, field: category_code, value: "{n}", next: b{n}_desk}}
  b{n}_where:
    type: branch
    cases:
      - {{if: {{caller.region: {{starts_with: {region}}}}}, next: b{n}_near}}
      - {{if: {{queue.general.waiting: {{at_least: {many}}}}}, next: b{n}_offer}}
    otherwise: b{n}_desk
  b{n}_near: {{type: queue, queue: urgent, needs: {{zh: 2}}, max_wait_s: 45, on_timeout: b{n}_hold}}
  b{n}_desk:
    type: queue
    queue: enterprise
    prompts: [connecting]
    needs: {{zh: 1}}
    max_wait_s: 90
    announce: {{every_s: 30, prompts: [please_hold]}}
    keys: {{1: b{n}_offer}}
    on_timeout: b{n}_hold
  b{n}_hold: {{type: queue, queue: general, prompts: [please_hold]}}
  b{n}_offer:
    type: callback
    prompts: [menu_zh]
    queue: general
    next: b{n}_bye
    otherwise: b{n}_hold
  b{n}_note: {{type: message, prompts: [please_hold], next: b{n}_bye}}
  b{n}_bye: {{type: hangup, prompts: [goodbye]}}
  b{n}_end: {{type: goto, next: {next}}}
"""

_NUMBERS = (
    """  b{n}_number:
    type: collect
    prompts: [please_hold]
    field: callback_number
    min_digits: 3
    max_digits: {digits}
    confirm: {{after: [menu_zh]}}
    next: b{n}_mark
    on_wrong: {{say: [wrong_key], next: b{n}_desk}}
""",
    """  b{n}_number: {{type: say, prompts: [please_hold], next: b{n}_mark}}
""",
    """  b{n}_number: {{type: survey, prompts: [menu_zh], field: survey_score, next: b{n}_mark}}
""",
)
"""A number to type is asked for in one block of three."""


def big_trees(nodes: int, seed: int = 1) -> dict[str, str]:
    """Flow files by name."""
    chance = random.Random(seed)
    blocks = max(1, round(nodes / BLOCK_NODES))
    counts = [BLOCKS_IN_A_FILE] * (blocks // BLOCKS_IN_A_FILE)
    counts += [blocks % BLOCKS_IN_A_FILE] if blocks % BLOCKS_IN_A_FILE else []
    names = [f"part_{number}" for number in range(len(counts))]
    files = {"main.yaml": _main(names)}
    for name, count in zip(names, counts, strict=True):
        files[f"{name}.yaml"] = _part(name, count, chance)
    return files


def _main(names: list[str]) -> str:
    tree = _HEAD.format(name="main") + _MAIN
    steps = ["mandarin", *(f"more_{number}" for number in range(1, -(-len(names) // 8)))]
    for number, step in enumerate(steps):
        keys = {str(key + 1): name for key, name in enumerate(names[number * 8 :][:8])}
        onward = steps[number + 1] if number + 1 < len(steps) else "person"
        written = ", ".join(f"{key}: to_{name}" for key, name in keys.items())
        tree += f"  {step}:\n    type: menu\n    prompts: [menu_zh]\n"
        tree += f"    keys: {{{written}, 9: {onward}}}\n    on_no_key: {{next: person}}\n"
    return tree + "".join(
        f"  to_{name}: {{type: call, flow: {name}, next: person}}\n" for name in names
    )


def _part(name: str, count: int, chance: random.Random) -> str:
    """A sub-tree: pages of menus before its blocks."""
    tree = _HEAD.format(name=name)
    pages = range(-(-count // 8))
    for page in pages:
        step = "begin" if page == 0 else f"page_{page}"
        keys = {str(key + 1): page * 8 + key for key in range(min(8, count - page * 8))}
        onward = f"page_{page + 1}" if page + 1 in pages else "back"
        written = ", ".join(f"{key}: b{block}_menu" for key, block in keys.items())
        tree += f"  {step}:\n    type: menu\n    prompts: [menu_zh, menu_en]\n"
        tree += f"    keys: {{{written}, 9: {onward}}}\n    on_no_key: {{next: person}}\n"
    tree += "  back: {type: return}\n"
    return tree + "".join(_block(number, chance) for number in range(count))


def _block(number: int, chance: random.Random) -> str:
    asks = chance.choice(_NUMBERS).format(n=number, digits=chance.choice((6, 11, 18)))
    text = _BLOCK.format(
        n=number,
        number=asks,
        region=chance.choice(REGIONS),
        many=chance.choice((5, 20, 50)),
        next=f"b{number}_hold",
    )
    return text.replace(f"on_timeout: b{number}_hold", f"on_timeout: b{number}_end", 1)
