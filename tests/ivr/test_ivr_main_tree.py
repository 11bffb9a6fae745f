"""The tree that is shipped: its promises, and every way through it."""

import pytest
from ivr_playbook import MENU, Playbook, main_flow, say

from ivr import (
    Action,
    CallerLeft,
    Entered,
    Event,
    FixedFacts,
    Flow,
    HangUp,
    Key,
    PromiseCallback,
    Prompt,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    Say,
    SetField,
    SetLanguage,
    State,
    StopSay,
    TalkEnded,
    TimedOut,
    ToQueue,
    Transfer,
    TransferFailed,
    needed_prompts,
    start,
    step,
)

ANYBODY = ToQueue("general", (), 0)
# Whoever waits here may be taken by anybody, and waits as long as it takes.
FOR_EVER = {"any_person", "hold_for_anybody", "urgent_anywhere"}
# Three offers of the menu, then "connecting".
MOST_SAYS_BEFORE_A_QUEUE = 4
FOREVER = 9e18
INPUTS: tuple[Event, ...] = (
    *(Key(digit) for digit in "0123456789*#A"),
    Entered(),
    PromptEnded(),
    PromptFailed(),
    TimedOut(),
    QueueFailed("closed"),
)


@pytest.fixture(scope="module")
def flow() -> Flow:
    return main_flow()


def greeted(flow: Flow) -> Playbook:
    return Playbook(flow) << say("notice_greeting", *MENU)


def test_who_presses_nothing_reaches_a_person_in_mandarin(flow: Flow) -> None:
    book = greeted(flow) >> PromptEnded() >> TimedOut() << SetLanguage("zh_CN")
    book << say("connecting") << ToQueue("general", (("zh", 1),), 0)
    book >> TimedOut() << say("please_hold") << ANYBODY
    assert book.ends().until is None


@pytest.mark.parametrize(
    ("key", "language", "skill"),
    [
        ("1", "zh_CN", "zh"),
        ("2", "yue", "yue"),
        ("3", "en", "en"),
        ("4", "ja", "ja"),
        ("5", "ko", "ko"),
        ("6", "th", "th"),
    ],
)
def test_a_language_key_at_the_first_word_reaches_its_desk_and_then_anybody(
    flow: Flow, key: str, language: str, skill: str
) -> None:
    book = greeted(flow) >> Key(key) << StopSay() << SetLanguage(language)
    book << say("connecting", language=language)
    book << ToQueue("general", ((skill, 1),), 0)
    assert book.ends().deadline == book.now + 45
    sorry = "please_hold" if key == "1" else "no_agent_language"
    book >> TimedOut() << say(sorry, language=language) << ANYBODY
    assert book.ends().language == language


def test_the_enterprise_key_reaches_the_enterprise_desk(flow: Flow) -> None:
    book = greeted(flow) >> Key("7") << StopSay() << say("connecting")
    book << ToQueue("enterprise", (("enterprise", 1),), 0)
    book >> TimedOut() << say("please_hold") << ANYBODY
    book.ends()


def test_urgent_goes_before_everybody_without_another_word(flow: Flow) -> None:
    book = greeted(flow) >> Key("9") << StopSay() << ToQueue("urgent", (), 9)
    book >> TimedOut() << say("urgent_keys")
    book >> TimedOut() << ToQueue("general", (), 9)
    assert book.ends().until is None


@pytest.mark.parametrize("waited", [0, 1, 2])
@pytest.mark.parametrize(
    ("key", "number"), [("1", "110"), ("2", "119"), ("3", "120"), ("4", "122")]
)
def test_an_urgent_caller_reaches_the_emergency_numbers_and_comes_back_if_nobody_answers(
    flow: Flow, waited: int, key: str, number: str
) -> None:
    book = greeted(flow) >> Key("9") << StopSay() << ToQueue("urgent", (), 9)
    for said in (say("urgent_keys"), ToQueue("general", (), 9))[:waited]:
        book >> TimedOut() << said
    book >> Key(key) << StopSay() << say(f"transferring_{number}")
    book >> PromptEnded() << Transfer(number, 30.0)
    book >> TransferFailed("busy") << say("number_busy")
    book >> PromptEnded() << ToQueue("general", (), 9)
    assert book.ends().until is None


def test_who_waits_is_told_the_place_and_may_be_called_back(flow: Flow) -> None:
    book = greeted(flow) >> PromptEnded() >> TimedOut() << SetLanguage("zh_CN")
    book << say("connecting") << ToQueue("general", (("zh", 1),), 0)
    book >> TimedOut() << say("please_hold") << ANYBODY
    book.facts = FixedFacts({"queue.position": 3, "queue.expected_wait_s": 100})
    book >> TimedOut() << say("position_3", "wait_2_min", "callback_key")
    book >> Key("1") << StopSay() << say("callback_offer")
    book >> Key("1") << StopSay() << PromiseCallback("", "general", (), 0)
    book << say("callback_promised", "goodbye")
    book >> PromptEnded() << HangUp("callback_promised")
    book.ends()


def test_who_does_not_want_to_be_called_back_goes_on_waiting(flow: Flow) -> None:
    book = greeted(flow) >> Key("4") << StopSay() << SetLanguage("ja")
    book << say("connecting", language="ja") << ToQueue("general", (("ja", 1),), 0)
    book >> TimedOut() << say("no_agent_language", language="ja") << ANYBODY
    book >> Key("1") << StopSay() << say("callback_offer", language="ja")
    book >> Key("2") << StopSay() << say("please_hold", language="ja") << ANYBODY
    assert book.ends().until is None


def test_after_the_talk_one_question_and_the_end(flow: Flow) -> None:
    book = greeted(flow) >> Key("0") << StopSay() << ANYBODY
    book >> TalkEnded() << say("survey_ask")
    book >> Key("5") << StopSay() << SetField("survey_score", "5") << say("goodbye")
    book >> PromptEnded() << HangUp("served")
    book.ends()


def test_who_does_not_answer_the_question_is_not_kept(flow: Flow) -> None:
    book = greeted(flow) >> Key("0") << StopSay() << ANYBODY
    book >> TalkEnded() << say("survey_ask") >> PromptEnded()
    book >> TimedOut() << say("goodbye") >> PromptEnded() << HangUp("served")
    book.ends()


def test_zero_reaches_a_person_at_once(flow: Flow) -> None:
    book = greeted(flow) >> Key("0") << StopSay() << ANYBODY
    book.ends()


def test_star_repeats_the_menu_without_the_greeting(flow: Flow) -> None:
    book = greeted(flow) >> Key("*") << StopSay() << say(*MENU)
    book.ends()


def test_three_wrong_keys_reach_mandarin(flow: Flow) -> None:
    book = greeted(flow)
    book >> Key("8") << StopSay() << say("wrong_key", *MENU) >> PromptEnded()
    book >> Key("#") << say("wrong_key", *MENU) >> PromptEnded()
    book >> Key("8") << SetLanguage("zh_CN") << say("connecting")
    book << ToQueue("general", (("zh", 1),), 0)
    book.ends()


def test_the_tree_hangs_up_after_a_talk_or_a_promise_only_and_knows_its_prompts(
    flow: Flow,
) -> None:
    ends = {name for name, node in flow.nodes.items() if node.type == "hangup"}
    assert ends == {"called_back", "thanks"}
    needed = needed_prompts(flow)
    assert Prompt("menu_th", "th") in needed
    assert Prompt("menu_th", "en") not in needed
    assert Prompt("connecting", "ko") in needed


class Walk:
    """Every state that can be reached, and the longest way from each to a queue."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.transitions = 0
        self.queues: set[State] = set()
        self._says: dict[State, int] = {}

    def says_to_a_queue(self, state: State, trail: tuple[State, ...] = ()) -> int:
        """The most that is said before this caller is in a queue; a circle fails."""
        if state not in self._says:
            assert state not in trail, f"a circle without an end: {state}"
            ways = [self._way(state, event, (*trail, state)) for event in INPUTS]
            moved = [way for way in ways if way is not None]
            assert moved, f"nothing moves {state}"
            self._says[state] = max(moved)
        return self._says[state]

    def _way(self, state: State, event: Event, trail: tuple[State, ...]) -> int | None:
        if isinstance(event, Entered) and state.phase != "new":
            return None
        after, actions = self.move(state, event)
        if after == state:
            assert not actions
            return None
        said = sum(isinstance(action, Say) for action in actions)
        if any(isinstance(action, ToQueue) for action in actions):
            self.queues.add(after)
            return said
        return said + self.says_to_a_queue(after, trail)

    def move(self, state: State, event: Event) -> tuple[State, tuple[Action, ...]]:
        self.transitions += 1
        now = FOREVER if isinstance(event, TimedOut) else 0.0
        after, actions = step(self.flow, state, event, now)
        assert not any(isinstance(action, HangUp) for action in actions)
        left, nothing = step(self.flow, after, CallerLeft(), now)
        assert (left.phase, nothing) == ("ended", ())
        deadline = None if after.deadline is None else 1.0
        return after._replace(deadline=deadline, path=(), hops=0), actions


def test_every_key_sequence_and_every_failure_reaches_a_queue_in_time(flow: Flow) -> None:
    walk = Walk(flow)
    assert walk.says_to_a_queue(start(flow)) <= MOST_SAYS_BEFORE_A_QUEUE
    assert {state.node for state in walk.queues} > {"any_person", "urgent", "thai_desk"}


def test_from_every_queue_waiting_leads_to_anybody_or_goes_on_waiting(flow: Flow) -> None:
    walk = Walk(flow)
    walk.says_to_a_queue(start(flow))
    waiting, seen = set(walk.queues), set[State]()
    while waiting:
        state = waiting.pop()
        seen.add(state)
        if state.node in FOR_EVER:
            continue
        for event in (TimedOut(), QueueFailed("full"), PromptEnded(), PromptFailed()):
            after, _ = walk.move(state, event)
            waiting |= {after} - seen
    assert {state.node for state in seen} <= set(flow.nodes)
    ends = {state.node for state in seen if state.until is None}
    assert ends == FOR_EVER
