"""prompts.yaml is either usable or every fault in it is told with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.problems import render_problems
from recordings.catalogue import Catalogue, read_catalogue

GOOD = """\
languages: [zh_CN, yue, en]
fallback: {yue: zh_CN}
voices: {zh_CN: {voice: zf_xiaoxiao, speed: 1.1}}
prompts:
  hello:
    zh_CN: {text: "12345", say: 一二三四五, pinyin: {长时间: chang2 shi2 jian1}, speed: 1.0}
    yue: 你好
    en: Hello
  menu_yue:
    spoken_in: [yue, zh_CN]
    yue: 廣東話
    zh_CN: 粤语
"""


def _good(text: str = GOOD) -> Catalogue:
    catalogue = read_catalogue(text)
    assert isinstance(catalogue, Catalogue), catalogue
    return catalogue


def test_a_good_catalogue_is_read() -> None:
    hello = _good().prompts["hello"].wordings
    assert (hello["zh_CN"].say, hello["zh_CN"].voice) == ("一二三四五", "zf_xiaoxiao")
    assert hello["zh_CN"].speed == 1.0
    assert hello["zh_CN"].pinyin == {"长时间": "chang2 shi2 jian1"}
    assert hello["en"].voice is None


def test_a_prompt_is_looked_for_in_the_callers_language_first() -> None:
    assert _good().order("hello", "yue") == ("yue", "zh_CN")
    assert _good().order("hello", "en") == ("en", "zh_CN")
    assert _good().order("unknown", "ko") == ("ko", "zh_CN")


def test_a_line_in_its_own_language_ignores_the_callers() -> None:
    assert _good().order("menu_yue", "en") == ("yue", "zh_CN")


def test_a_prompt_of_some_languages_follows_the_caller_to_the_fallback() -> None:
    some = _good(GOOD + "  bye:\n    only_in: [zh_CN, en]\n    zh_CN: 再见\n    en: Bye\n")
    assert some.order("bye", "en") == ("en", "zh_CN")
    assert some.order("bye", "yue") == ("yue", "zh_CN")
    assert set(some.prompts["bye"].wordings) == {"zh_CN", "en"}


def test_a_circle_of_fallbacks_ends() -> None:
    circle = _good(GOOD.replace("{yue: zh_CN}", "{yue: en, en: yue}"))
    assert circle.order("hello", "yue") == ("yue", "en", "zh_CN")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "yue: 你好",
            "yeu: 你好",
            7,
            "hello.yeu: there is no language 'yeu'. Did you",
        ),
        ("    en: Hello\n", "", 5, "prompts.hello: there is no text in 'en'. Add it."),
        ("    en: Hello", "    en: Hello\n    en: Hi", 9, "'en' is here twice, first in line 8"),
        ("hello:", "Hello World:", 5, "'Hello World' is not a name"),
        ("speed: 1.0", "speed: 9", 6, "prompts.hello.zh_CN.speed: 9 is more than 1.3. Use at most"),
        (
            "speed: 1.0",
            "speeed: 1",
            6,
            "speeed: no such field. Did you mean 'speed'",
        ),
        ('text: "12345", ', "", 6, "prompts.hello.zh_CN.text: this field is missing."),
        ('"12345"', "12345", 6, 'expected text, found the number 12345. Put it in quotes: "12345"'),
        (
            "spoken_in: [yue, zh_CN]",
            "spoken_in: [yue]",
            12,
            "spoken_in does not list this",
        ),
        ("spoken_in: [yue, zh_CN]", "spoken_in: [yeu]", 10, "there is no language 'yeu'."),
        (
            "spoken_in: [yue, zh_CN]",
            "only_in: [yue]",
            12,
            "only_in does not list this language. Add or remove it.",
        ),
        (
            "spoken_in: [yue, zh_CN]",
            "spoken_in: [yue, zh_CN]\n    only_in: [yue]",
            9,
            "prompts.menu_yue: spoken_in and only_in exclude each other.",
        ),
        ("spoken_in: [yue, zh_CN]", "spoken_in: []", 10, "prompts.menu_yue.spoken_in: too few."),
        ("zf_xiaoxiao", "../etc", 3, "'../etc' is not a voice"),
        ("zh_CN, yue", "../x, yue", 1, "'../x' is not a language code"),
        ("prompts:", "prompt:", 4, "Did you mean 'prompts'?"),
        ("{yue: zh_CN}", "{yue: fr}", 2, "there is no language 'fr'"),
        ("en: Hello", "en: [Hello]", 8, "prompts.hello.en: expected a mapping"),
        ("en: Hello", "en: 'Hello", 13, "not YAML"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, line: int, message: str) -> None:
    problems = read_catalogue(GOOD.replace(old, new, 1))
    assert isinstance(problems, list)
    lines = render_problems(problems).splitlines()
    assert any(f"prompts.yaml:{line}:" in one and message in one for one in lines), lines


@pytest.mark.parametrize("text", ["", "# nothing", "- a", "x", "\0", "[" * 3000, "a: &a [*a]"])
def test_what_is_no_catalogue_is_told(text: str) -> None:
    problems = read_catalogue(text)
    assert isinstance(problems, list)
    assert problems


@given(st.integers(0, len(GOOD)), st.text(max_size=12))
def test_a_damaged_catalogue_never_raises(at: int, damage: str) -> None:
    read_catalogue(GOOD[:at] + damage + GOOD[at + 3 :])
