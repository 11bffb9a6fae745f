"""A caller's way through a tree in words for people: what they pressed and where it led.

Decides which steps a person wants to know of: what the caller did and heard, not what the tree
asked itself. Works from the nodes' kinds, and names a node of any other kind by its own name.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ivr.model import Flow
from ivr.nodes import (
    AnyNode,
    CallbackNode,
    CollectNode,
    LanguageNode,
    MenuNode,
    MessageNode,
    QueueNode,
    SurveyNode,
    TransferNode,
)
from ivr.state import Pairs


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str


LANGUAGES: Final[Mapping[str, Words]] = {
    "zh_CN": Words("普通话", "Mandarin"),
    "yue": Words("粤语", "Cantonese"),
    "en": Words("英语", "English"),
    "ja": Words("日语", "Japanese"),
    "ko": Words("韩语", "Korean"),
    "th": Words("泰语", "Thai"),
}
_QUEUES: Final[Mapping[str, Words]] = {
    "general": Words("综合", "general"),
    "enterprise": Words("政企", "enterprise"),
    "urgent": Words("紧急", "urgent"),
}


def language_words(language: str) -> Words:
    return LANGUAGES.get(language, Words(language, language))


def path_words(flow: Flow, path: Pairs, labels: Mapping[str, str]) -> tuple[Words, ...]:
    """One for each step worth telling. ``labels`` names the outside numbers for people."""
    said: list[Words] = []
    for name, key in path:
        told = _told(flow.nodes.get(name), name, key, labels)
        if told is not None and told not in said[-1:]:
            said.append(told)
    return tuple(said)


def _told(node: AnyNode | None, name: str, key: str, labels: Mapping[str, str]) -> Words | None:
    match node:
        case MenuNode():
            return Words(f"按键 {key}", f"key {key}") if key else Words("未按键", "no key")
        case LanguageNode(language=language):
            return language_words(str(language))
        case QueueNode(queue=queue):
            return _in_queue(_QUEUES.get(str(queue), Words(str(queue), str(queue))), key)
        case CollectNode():
            typed = key.rstrip("#")
            return Words(f"输入 {typed} 位数字", f"typed {typed} digits") if typed else None
        case TransferNode(to=to):
            label = labels.get(str(to), "")
            zh, en = f"转接 {to} {label}".rstrip(), f"transfer to {to} {label}".rstrip()
            return Words(zh, en)
        case CallbackNode():
            return Words("提议回拨", "callback offered")
        case MessageNode():
            return Words("留言", "message")
        case SurveyNode():
            return Words("满意度评价", "survey")
        case None:
            return Words(name, name)
    return None


def _in_queue(queue: Words, key: str) -> Words:
    pressed = Words(f"，按键 {key}", f", key {key}") if key else Words("", "")
    return Words(f"{queue.zh}队列{pressed.zh}", f"queue {queue.en}{pressed.en}")
