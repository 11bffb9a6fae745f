"""Each node type, played event by event."""

import pytest
from ivr_playbook import Playbook, loaded, say

from ivr import (
    CallerLeft,
    Entered,
    HangUp,
    Key,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    SetField,
    SetLanguage,
    StopSay,
    TimedOut,
    ToQueue,
)

PERSON = ToQueue("general", (), 0)

MENU = """
flow: menu
start: choose
last_resort: person
nodes:
  choose:
    type: menu
    intro: [notice_greeting]
    prompts: [menu_zh]
    keys: {1: english, "*": repeat, "#": bye}
    first_key_s: 4
    tries: 2
    on_no_key: {say: [sorry_try_again], next: bye}
    on_wrong_key: {say: [wrong_key], next: bye}
  english: {type: language, language: en, next: hello}
  hello: {type: say, prompts: [connecting, {id: menu_zh, language: zh_CN}], next: mark}
  mark: {type: set, field: channel, value: foreign, next: desk}
  desk: {type: queue, queue: general, needs: {en: 2}, max_wait_s: 45, on_timeout: sorry}
  sorry: {type: say, prompts: [no_agent_language], next: person}
  bye: {type: hangup, prompts: [goodbye], reason: chose}
  person: {type: queue, queue: general}
"""
MENU_SILENCE_ENDS_AT_PERSON = MENU.replace("next: bye}", "next: person}")


@pytest.fixture
def book() -> Playbook:
    """A caller who has just begun to hear the menu."""
    played = Playbook(loaded(MENU_SILENCE_ENDS_AT_PERSON))
    return played << say("notice_greeting", "menu_zh")


def test_a_key_at_the_first_word_leads_through_language_say_and_set_to_the_desk(
    book: Playbook,
) -> None:
    book >> Key("1") << StopSay() << SetLanguage("en") << say("connecting@en", "menu_zh@zh_CN")
    book >> PromptEnded() << SetField("channel", "foreign") << ToQueue("general", (("en", 2),), 0)
    state = book.ends()
    assert state.deadline == book.now + 45
    assert state.fields == (("channel", "foreign"),)
    assert [node for node, _ in state.path] == ["choose", "english", "hello", "mark", "desk"]
    assert state.path[0] == ("choose", "1")


def test_a_key_after_the_last_word_stops_no_prompt(book: Playbook) -> None:
    book >> PromptEnded()
    assert book.ends().deadline == book.now + 4
    book >> Key("#") << say("goodbye") >> PromptEnded() << HangUp("chose")
    assert book.ends().phase == "ended"


def test_only_the_first_valid_key_of_a_flood_counts(book: Playbook) -> None:
    book >> Key("1") << StopSay() << SetLanguage("en") << say("connecting@en", "menu_zh@zh_CN")
    for digit in "1#*0123456789":
        book >> Key(digit)
    assert book.ends().node == "hello"


def test_a_flood_of_wrong_keys_is_one_mistake(book: Playbook) -> None:
    book >> Key("5") << StopSay() << say("wrong_key", "menu_zh")
    for digit in "55555ABCD0":
        book >> Key(digit)
    assert book.ends().tries == 1
    book >> Key("#") << StopSay() << say("goodbye")


def test_after_the_last_try_a_wrong_key_goes_on(book: Playbook) -> None:
    book >> Key("5") << StopSay() << say("wrong_key", "menu_zh") >> PromptEnded()
    book >> Key("6") << PERSON
    assert book.ends().path == (("choose", "5"), ("choose", "6"), ("person", ""))


def test_silence_is_asked_once_more_and_then_goes_on(book: Playbook) -> None:
    book >> PromptEnded() >> TimedOut() << say("sorry_try_again", "menu_zh")
    book >> PromptEnded() >> TimedOut() << PERSON
    assert book.ends().deadline is None


def test_repeat_says_the_menu_without_the_intro_and_uses_up_a_try(book: Playbook) -> None:
    book >> Key("*") << StopSay() << say("menu_zh")
    book >> Key("*") << StopSay() << PERSON
    book.ends()


def test_what_is_no_telephone_key_is_ignored(book: Playbook) -> None:
    for digit in ("", "12", "x", "１", "\x00"):
        before = book.ends()
        book >> Key(digit)
        assert book.ends() == before


def test_a_menu_that_cannot_be_played_goes_to_the_last_resort(book: Playbook) -> None:
    book >> PromptFailed() << PERSON
    book.ends()


def test_a_playback_whose_end_is_never_reported_does_not_hold_the_caller(book: Playbook) -> None:
    book >> TimedOut() << StopSay() << PERSON
    book.ends()


def test_a_timeout_before_the_deadline_changes_nothing(book: Playbook) -> None:
    from ivr import step

    state = book.ends()
    assert state.deadline is not None
    assert step(book.flow, state, TimedOut(), state.deadline - 0.001) == (state, ())


def test_a_desk_without_a_free_speaker_ends_at_anybody(book: Playbook) -> None:
    book >> Key("1") << StopSay() << SetLanguage("en") << say("connecting@en", "menu_zh@zh_CN")
    book >> PromptEnded() << SetField("channel", "foreign") << ToQueue("general", (("en", 2),), 0)
    book >> TimedOut() << say("no_agent_language@en") >> PromptEnded() << PERSON
    book.ends()


def test_a_queue_that_refuses_leads_to_the_last_resort(book: Playbook) -> None:
    book >> Key("1") << StopSay() << SetLanguage("en") << say("connecting@en", "menu_zh@zh_CN")
    book >> PromptFailed() << PERSON
    book >> QueueFailed("closed")
    assert book.ends().phase == "failed"
    book >> QueueFailed("closed") >> TimedOut() << PERSON >> QueueFailed("closed") >> TimedOut()
    book << PERSON
    book.ends()


def test_goodbye_that_cannot_be_played_still_hangs_up(book: Playbook) -> None:
    book >> Key("#") << StopSay() << say("goodbye") >> TimedOut() << StopSay() << HangUp("chose")
    book >> PromptEnded() >> Entered() >> CallerLeft()
    book.ends()


def test_a_caller_who_left_is_never_answered_again(book: Playbook) -> None:
    book >> CallerLeft()
    assert book.ends().phase == "ended"
    book >> Key("1") >> PromptEnded() >> Entered() >> QueueFailed("x")
    book.ends()


def test_after_a_restart_the_node_starts_over(book: Playbook) -> None:
    book >> Entered() << say("notice_greeting", "menu_zh")
    assert book.ends().path == (("choose", ""),)


def test_a_state_from_an_older_tree_goes_to_the_last_resort() -> None:

    from ivr import step

    book = Playbook(loaded(MENU_SILENCE_ENDS_AT_PERSON)) << say("notice_greeting", "menu_zh")
    gone = book.ends()._replace(node="removed_yesterday")
    assert step(book.flow, gone, Entered(), 1.0)[1] == (PERSON,)
    other_type = book.ends()._replace(node="desk")
    assert step(book.flow, other_type, TimedOut(), 9e9)[1] == (PERSON,)


def test_a_circle_without_any_key_ends_at_the_last_resort() -> None:
    flow = loaded(
        """
flow: waiting
start: desk
last_resort: person
nodes:
  desk: {type: queue, queue: general, needs: {en: 1}, max_wait_s: 30, on_timeout: hold}
  hold: {type: say, prompts: [please_hold], next: desk}
  person: {type: queue, queue: general}
"""
    )
    desk = ToQueue("general", (("en", 1),), 0)
    book = Playbook(flow) << desk
    for _ in range(25):
        book >> TimedOut() << say("please_hold") >> PromptEnded()
        if book.state.node == "desk" and book.state.deadline is not None:
            book << desk
    assert book.state.node in ("desk", "person")
    assert book.state.deadline is None


TWO_MENUS = """
flow: two
start: hello
last_resort: person
nodes:
  hello: {type: say, prompts: [connecting], next: first, on_failure: first}
  first:
    type: menu
    intro: [notice_greeting]
    prompts: [menu_zh]
    keys: {2: second, "*": repeat}
    tries: 3
  second: {type: menu, prompts: [please_hold], keys: {1: first, "*": repeat}, tries: 2}
  person: {type: queue, queue: general}
"""


def test_a_say_whose_end_is_never_reported_is_stopped_and_goes_where_failures_go() -> None:
    book = Playbook(loaded(TWO_MENUS)) << say("connecting") >> TimedOut() << StopSay()
    book << say("notice_greeting", "menu_zh")
    book.ends()


def test_the_tries_of_one_menu_are_not_taken_from_the_next() -> None:
    book = Playbook(loaded(TWO_MENUS)) << say("connecting") >> PromptEnded()
    book << say("notice_greeting", "menu_zh") >> Key("*") << StopSay() << say("menu_zh")
    book >> Key("2") << StopSay() << say("please_hold")
    assert book.ends().tries == 0
    book >> Key("*") << StopSay() << say("please_hold")
    book.ends()


def test_a_key_shows_that_somebody_is_there_so_hops_begin_again() -> None:
    book = Playbook(loaded(TWO_MENUS)) << say("connecting") >> PromptEnded()
    book << say("notice_greeting", "menu_zh")
    for _ in range(60):
        book >> Key("2") << StopSay() << say("please_hold")
        book >> Key("1") << StopSay() << say("notice_greeting", "menu_zh")
    assert book.ends().hops == 1


def test_after_a_restart_in_the_second_round_the_intro_is_not_said_again() -> None:
    book = Playbook(loaded(TWO_MENUS)) << say("connecting") >> PromptEnded()
    book << say("notice_greeting", "menu_zh") >> Key("*") << StopSay() << say("menu_zh")
    book >> Entered() << say("menu_zh")
    book.ends()
