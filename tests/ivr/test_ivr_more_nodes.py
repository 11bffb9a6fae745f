"""The node types beyond menus and queues, played event by event."""

from collections.abc import Mapping

from ivr_playbook import Playbook, loaded, say

from ivr import (
    FactValue,
    HangUp,
    Key,
    MessageFailed,
    MessageTaken,
    PromiseCallback,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    SetField,
    StopSay,
    TakeMessage,
    TalkEnded,
    TimedOut,
    ToQueue,
    Transfer,
    TransferEnded,
    TransferFailed,
)

PERSON = ToQueue("general", (), 0)


def played(
    nodes: str, facts: Mapping[str, FactValue] | None = None, *, more: str = "", dialled: str = ""
) -> Playbook:
    text = f"""
flow: test
start: first
last_resort: person
{more}
nodes:
  person: {{type: queue, queue: general}}
{nodes}
"""
    return Playbook(loaded(text), facts, dialled=dialled)


COLLECT = """
  first:
    type: collect
    prompts: [please_hold]
    field: asked_for
    min_digits: 2
    max_digits: 4
    first_key_s: 5
    between_keys_s: 3
    tries: 2
    next: person
    on_no_key: {say: [sorry_try_again], next: bye}
    on_wrong: {say: [wrong_key]}
  bye: {type: queue, queue: urgent}
"""


def test_digits_are_collected_until_the_end_key() -> None:
    book = played(COLLECT) << say("please_hold")
    book >> Key("1") << StopSay() >> Key("7") >> Key("#") << SetField("asked_for", "17") << PERSON
    assert book.ends().path[0] == ("first", "2#"), "what was typed stays out of the path"


def test_digits_are_collected_until_there_are_enough() -> None:
    book = played(COLLECT) << say("please_hold") >> PromptEnded()
    book >> Key("1") >> Key("2") >> Key("3") >> Key("4") << SetField("asked_for", "1234") << PERSON


def test_digits_are_collected_until_a_silence() -> None:
    book = played(COLLECT) << say("please_hold") >> PromptEnded() >> Key("1") >> Key("2")
    book >> TimedOut() << SetField("asked_for", "12") << PERSON


def test_too_few_digits_are_asked_for_again_and_then_it_is_the_last_resort() -> None:
    book = played(COLLECT) << say("please_hold") >> PromptEnded() >> Key("1") >> Key("#")
    book << say("wrong_key", "please_hold") >> PromptEnded() >> Key("1") >> TimedOut() << PERSON


def test_the_clear_key_begins_anew_and_no_digit_at_all_is_silence() -> None:
    book = played(COLLECT) << say("please_hold") >> Key("1") << StopSay() >> Key("*") >> TimedOut()
    (
        book
        << say("sorry_try_again", "please_hold")
        >> PromptEnded()
        >> TimedOut()
        << ToQueue("urgent", (), 0)
    )


CONFIRM = COLLECT.replace(
    "    next: person\n",
    "    next: person\n    confirm: {before: [connecting], after: [menu_zh]}\n",
)


def test_digits_are_read_back_and_confirmed() -> None:
    read_back = say("connecting", "digit_1", "digit_0", "menu_zh")
    book = played(CONFIRM) << say("please_hold") >> PromptEnded() >> Key("1") >> Key("0")
    book >> Key("#") << read_back >> Key("2") << StopSay() << say("wrong_key", "please_hold")
    book >> PromptEnded() >> Key("1") >> Key("0") >> TimedOut() << read_back >> PromptEnded()
    book >> Key("1") << SetField("asked_for", "10") << PERSON


def test_silence_confirms_digits() -> None:
    book = played(CONFIRM) << say("please_hold") >> PromptEnded() >> Key("1") >> Key("0")
    book >> Key("#") << say("connecting", "digit_1", "digit_0", "menu_zh") >> PromptEnded()
    book >> TimedOut() << SetField("asked_for", "10") << PERSON


SCHEDULE = """
  first: {type: schedule, schedule: office, open: person, closed: night, holiday: feast,
          emergency: crisis}
  night: {type: say, prompts: [connecting], next: person}
  feast: {type: say, prompts: [please_hold], next: person}
  crisis: {type: say, prompts: [wrong_key], next: person}
"""


def test_a_schedule_leads_where_the_hours_say() -> None:
    played(SCHEDULE, {"schedule.office": "open"}) << PERSON
    played(SCHEDULE, {"schedule.office": "closed"}) << say("connecting")
    played(SCHEDULE, {"schedule.office": "holiday"}) << say("please_hold")


def test_a_schedule_nobody_knows_is_open_and_emergency_goes_first() -> None:
    played(SCHEDULE) << PERSON
    played(SCHEDULE, {"schedule.office": "open", "emergency": True}) << say("wrong_key")


BRANCH = """
  first:
    type: branch
    cases:
      - {if: {caller.is_vip: true}, next: vip}
      - {if: {queue.general.waiting: {at_least: 20}}, next: busy}
      - {if: {caller.region: {starts_with: 北京}, dialled: ["12315", "12333"]}, next: near}
    otherwise: person
  vip: {type: queue, queue: general, priority: 5}
  busy: {type: say, prompts: [please_hold], next: person}
  near: {type: say, prompts: [connecting], next: person}
"""


def test_a_branch_takes_the_first_case_that_fits_entirely() -> None:
    played(BRANCH, {"caller.is_vip": True, "queue.general.waiting": 40}) << ToQueue(
        "general", (), 5
    )
    played(BRANCH, {"queue.general.waiting": 20}) << say("please_hold")
    near: dict[str, FactValue] = {"caller.region": "北京市", "dialled": "12333"}
    played(BRANCH, near) << say("connecting")
    played(BRANCH, near | {"dialled": "12345"}) << PERSON


def test_what_is_not_known_fits_no_case() -> None:
    played(BRANCH) << PERSON


TRANSFER = """
  first: {type: transfer, to: "110", prompts: [connecting], ring_s: 20, on_busy: engaged}
  engaged: {type: say, prompts: [please_hold], next: person}
"""


def test_a_transfer_speaks_calls_and_ends_when_the_other_side_hangs_up() -> None:
    book = played(TRANSFER) << say("connecting") >> PromptEnded() << Transfer("110", 20)
    book >> TransferEnded() << HangUp("transfer_ended")


def test_a_transfer_that_fails_goes_on_where_the_tree_says_or_to_a_person() -> None:
    for reason, follows in (("busy", say("please_hold")), ("no_answer", PERSON)):
        book = played(TRANSFER) << say("connecting") >> PromptFailed() << Transfer("110", 20)
        book >> TransferFailed(reason) << follows
    book = played(TRANSFER) << say("connecting") >> PromptEnded() << Transfer("110", 20)
    book >> TimedOut() << PERSON


def test_a_three_way_transfer_waits_for_a_person_first() -> None:
    nodes = """
  first: {type: transfer, to: "110", prompts: [connecting],
          three_way: {queue: urgent, priority: 9}}
"""
    book = played(nodes) << say("connecting") << ToQueue("urgent", (), 9, "110")
    book >> QueueFailed("full") << PERSON


MESSAGE = """
  first: {type: message, prompts: [please_hold], max_s: 60, next: thanks}
  thanks: {type: hangup, prompts: [goodbye], reason: message}
"""


def silent(nodes: str) -> str:
    """Behind a menu, for silence must lead to a person."""
    return nodes.replace("  first:", "  asked:") + (
        '  first: {type: menu, prompts: [menu_zh], keys: {"1": asked}, on_no_key: {next: person}}\n'
    )


def test_a_message_is_recorded_and_then_it_is_goodbye() -> None:
    book = played(silent(MESSAGE)) << say("menu_zh") >> Key("1") << StopSay() << say("please_hold")
    book >> PromptEnded() << TakeMessage(60, 6, "#") >> MessageTaken(12.0) << say("goodbye")
    book >> PromptEnded() << HangUp("message")


def test_a_message_that_cannot_be_recorded_leads_to_a_person() -> None:
    book = played(silent(MESSAGE)) << say("menu_zh") >> Key("1") << StopSay() << say("please_hold")
    book >> PromptEnded() << TakeMessage(60, 6, "#") >> MessageFailed("disk") << PERSON


CALLBACK = """
  first: {type: queue, queue: general, prompts: [connecting], keys: {"1": offer},
          announce: {every_s: 30, prompts: [
            {fact: queue.position, up_to: {1: connecting, 5: please_hold}, above: wrong_key}]}}
  offer: {type: callback, prompts: [menu_zh], queue: general, needs: {en: 2}, next: bye,
          otherwise: first}
  bye: {type: hangup, prompts: [goodbye]}
"""


def test_a_callback_is_offered_to_who_waits_and_declined() -> None:
    book = played(CALLBACK) << say("connecting") << PERSON >> Key("1") << StopSay()
    book << say("menu_zh") >> Key("2") << StopSay() << say("connecting") << PERSON


def test_a_callback_is_accepted() -> None:
    book = played(CALLBACK) << say("connecting") << PERSON >> Key("1") << StopSay()
    (
        book
        << say("menu_zh")
        >> Key("1")
        << StopSay()
        << PromiseCallback("", "general", (("en", 2),), 0)
    )
    book << say("goodbye") >> PromptEnded() << HangUp("tree")


def test_nobody_without_a_number_is_offered_a_callback() -> None:
    book = played(CALLBACK, {"caller.has_number": False}) << say("connecting") << PERSON
    book >> Key("1") << StopSay() << say("connecting") << PERSON


def test_who_waits_hears_the_place_as_a_whole_sentence_from_time_to_time() -> None:
    for position, prompt in ((1, "connecting"), (4, "please_hold"), (6, "wrong_key")):
        book = played(CALLBACK, {"queue.position": position}) << say("connecting") << PERSON
        book >> TimedOut() << say(prompt) >> TimedOut() << say(prompt)
    book = played(CALLBACK) << say("connecting") << PERSON >> TimedOut()
    assert book.ends().phase == "queued", "a place that is not known is not said"


def test_announcements_do_not_lengthen_the_longest_wait() -> None:
    nodes = """
  first: {type: queue, queue: general, max_wait_s: 45, on_timeout: person,
          announce: {every_s: 30, prompts: [connecting]}}
"""
    book = played(nodes) << PERSON >> TimedOut() << say("connecting") >> TimedOut() << PERSON
    assert book.now == 1045.0


SURVEY = """
  first: {type: queue, queue: general}
  rate: {type: survey, prompts: [menu_zh], next: bye}
  bye: {type: hangup, prompts: [goodbye], reason: rated}
"""


def test_a_caller_whose_agent_hung_up_is_asked_for_a_mark() -> None:
    book = played(SURVEY, more="after_talk: rate") << PERSON >> TalkEnded() << say("menu_zh")
    book >> Key("4") << StopSay() << SetField("survey_score", "4") << say("goodbye")
    book >> PromptEnded() << HangUp("rated")


def test_after_the_talk_nothing_leads_to_the_queue_again() -> None:
    book = played(SURVEY, more="after_talk: rate") << PERSON >> TalkEnded() << say("menu_zh")
    book >> PromptFailed() << say("goodbye")
    said = SURVEY.replace("type: survey, prompts: [menu_zh]", "type: say, prompts: [menu_zh]")
    book = played(said, more="after_talk: rate") << PERSON >> TalkEnded() << say("menu_zh")
    book >> PromptFailed() << HangUp("served")


def test_without_a_place_after_the_talk_the_call_ends() -> None:
    (
        played("  first: {type: queue, queue: general}")
        << PERSON
        >> TalkEnded()
        << HangUp("talk_ended")
    )


LINES = """
lines:
  "12315": {greeting: [connecting], fields: {origin: market}}
  "12333": {start: person}
"""
GREETING = """
  first: {type: greeting, prompts: [notice_greeting], next: person}
"""


def test_each_line_has_its_greeting_fields_and_start() -> None:
    book = played(GREETING, more=LINES, dialled="12315") << say("connecting")
    assert dict(book.ends().fields) == {"origin": "market"}
    played(GREETING, more=LINES, dialled="12345") << say("notice_greeting")
    played(GREETING, more=LINES, dialled="12333") << PERSON


def test_an_emergency_is_announced_before_the_first_words_and_only_then() -> None:
    facts = {"emergency.prompt": "wrong_key"}
    book = played(GREETING, facts) << say("wrong_key", "notice_greeting")
    book >> PromptEnded() << PERSON
    played("  first: {type: goto, next: person}", facts) << say("wrong_key") << PERSON
