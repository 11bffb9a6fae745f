"""A caller's way in words: what a person wants to read before the answer."""

import ivr
from ivr.words import Words, path_words
from tests.core.playbook import flow

TREE = flow()


def zh(*path: tuple[str, str]) -> list[str]:
    return [one.zh for one in path_words(TREE, path, {"110": "公安报警"})]


def test_keys_languages_and_queues_are_told_in_both_languages():
    words = path_words(TREE, (("welcome", "3"), ("english", ""), ("english_desk", "")), {})
    assert words == (
        Words("按键 3", "key 3"),
        Words("英语", "English"),
        Words("综合队列", "queue general"),
    )


def test_silence_transfers_and_messages_have_words():
    assert zh(("welcome", ""), ("mandarin", "")) == ["未按键", "综合队列"]
    assert zh(("police", "")) == ["转接 110 公安报警"]
    assert zh(("note", ""), ("thanks", "")) == ["留言"]


def test_steps_of_the_tree_alone_and_repetitions_are_left_out():
    assert zh(("sorry", ""), ("anybody", ""), ("mandarin", "")) == ["综合队列"]


def test_a_node_that_the_tree_has_no_more_keeps_its_name():
    assert zh(("gone", "")) == ["gone"]
    assert isinstance(TREE, ivr.Flow)
