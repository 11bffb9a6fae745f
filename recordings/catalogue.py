"""The wording of all prompts, out of prompts.yaml.

Decides what a catalogue must say to be usable, and where it falls short (line and remedy). Knows
no audio file and does not touch the disk.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import yaml

from recordings.marked_yaml import FILE, Problem, Reader

_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_VOICE = re.compile(r"[a-z]{2}_[a-z]{2,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wording:
    """One prompt in one language; without a voice it waits for the studio."""

    text: str
    say: str
    voice: str | None
    speed: float
    line: int
    pinyin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompt:
    """``spoken_in`` is empty for a prompt that follows the caller's language."""

    wordings: Mapping[str, Wording]
    spoken_in: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All prompts; the first language is the one that is heard when all else fails."""

    languages: tuple[str, ...]
    fallback: Mapping[str, str]
    prompts: Mapping[str, Prompt]

    def order(self, prompt_id: str, language: str) -> tuple[str, ...]:
        """The languages in which to look for a prompt's audio, best first."""
        prompt = self.prompts.get(prompt_id)
        if prompt and prompt.spoken_in:
            return prompt.spoken_in
        chain = [language]
        while (following := self.fallback.get(chain[-1])) and following not in chain:
            chain.append(following)
        return tuple(dict.fromkeys([*chain, self.languages[0]]))


def read_catalogue(source: str) -> Catalogue | list[Problem]:
    """The catalogue, or everything that is wrong with its text."""
    try:
        root = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "holds characters that YAML does not allow"
        line = mark.line + 1 if mark else 1
        return [Problem("error", FILE, line, f"cannot be read as YAML: {why}.")]
    except RecursionError:
        return [Problem("error", FILE, 1, "is nested too deeply. Three levels are enough.")]
    if root is None:
        return [Problem("error", FILE, 1, "is empty. It needs `languages:` and `prompts:`.")]
    reader = Reader()
    catalogue = _catalogue(reader, root)
    return reader.problems or catalogue


def _catalogue(reader: Reader, root: yaml.Node) -> Catalogue:
    known = ("languages", "fallback", "voices", "prompts")
    parts = {
        name: value
        for name, key, value in reader.entries(root, "the file")
        if reader.only(key, name, known, "the file")
    }
    for name in ("languages", "prompts"):
        if name not in parts:
            reader.fault(root, f"`{name}:` is missing.")
    if reader.problems:
        return Catalogue((), {}, {})
    languages = reader.texts(parts["languages"], "languages")
    for language in languages:
        reader.matching(parts["languages"], language, _LANGUAGE, "a language such as en or zh_CN")
    return Catalogue(
        languages,
        _fallback(reader, parts.get("fallback"), languages),
        _prompts(reader, parts["prompts"], languages, _voices(reader, parts, languages)),
    )


def _fallback(
    reader: Reader, node: yaml.Node | None, languages: tuple[str, ...]
) -> Mapping[str, str]:
    result = {}
    for name, key, value in reader.entries(node, "fallback") if node else ():
        target = reader.text(value, f"fallback.{name}")
        if all(reader.only(key, which, languages, "languages") for which in (name, target)):
            result[name] = target
    return result


def _voices(
    reader: Reader, parts: Mapping[str, yaml.Node], languages: tuple[str, ...]
) -> Mapping[str, tuple[str, float]]:
    result = {}
    for name, key, value in reader.entries(parts["voices"], "voices") if "voices" in parts else ():
        reader.only(key, name, languages, "languages")
        wording = _wording(reader, value, f"voices.{name}", None, ("voice", "speed"))
        result[name] = (wording.voice or "", wording.speed)
    return result


def _prompts(
    reader: Reader,
    node: yaml.Node,
    languages: tuple[str, ...],
    voices: Mapping[str, tuple[str, float]],
) -> Mapping[str, Prompt]:
    result = {}
    for name, key, value in reader.entries(node, "prompts"):
        reader.matching(key, name, _ID, "a prompt name such as please_hold")
        spoken_in: tuple[str, ...] = ()
        wordings = {}
        for field_name, field_key, field_node in reader.entries(value, name):
            if field_name == "spoken_in":
                spoken_in = reader.texts(field_node, f"{name}.spoken_in")
            elif reader.only(field_key, field_name, ("spoken_in", *languages), name):
                where = f"{name}.{field_name}"
                wordings[field_name] = _wording(reader, field_node, where, voices.get(field_name))
        for language in spoken_in or languages:
            if language not in wordings:
                reader.fault(key, f"{name} has no text in {language!r}. Add it.")
        for extra in sorted(set(wordings) - set(spoken_in or languages)):
            reader.fault(key, f"{name} has a text in {extra!r} that spoken_in does not list.")
        result[name] = Prompt(wordings, spoken_in, key.start_mark.line + 1)
    return result


def _wording(
    reader: Reader,
    node: yaml.Node,
    where: str,
    voice: tuple[str, float] | None,
    known: tuple[str, ...] = ("text", "say", "pinyin", "voice", "speed"),
) -> Wording:
    line = node.start_mark.line + 1
    name, speed = voice or (None, 1.0)
    if not isinstance(node, yaml.MappingNode):
        text = reader.text(node, where)
        return Wording(text, text, name, speed, line)
    parts = {
        key_name: value
        for key_name, key, value in reader.entries(node, where)
        if reader.only(key, key_name, known, where)
    }
    take: Callable[[str, str], str] = lambda key, other: (  # noqa: E731
        reader.text(parts[key], f"{where}.{key}") if key in parts else other
    )
    if known[0] not in parts:
        reader.fault(node, f"{where} needs `{known[0]}:`.")
    if "voice" in parts:
        name = take("voice", "")
        reader.matching(parts["voice"], name, _VOICE, "a voice such as zf_xiaoxiao")
    if "speed" in parts:
        speed = reader.number(parts["speed"], f"{where}.speed")
    pinyin = (
        {
            word: reader.text(value, word)
            for word, _, value in reader.entries(parts["pinyin"], where)
        }
        if "pinyin" in parts
        else {}
    )
    text = take("text", "")
    return Wording(text, take("say", text), name, speed, line, pinyin)
