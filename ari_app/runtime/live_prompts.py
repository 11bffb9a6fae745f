"""The prompts as they are now: those rendered since the start can be used without another start.

Decides nothing but when they are read again. Knows no tree and no call.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import ivr
from recordings.prompts import Prompts, load_prompts

A_MESSAGE_S: Final = 4.0
"""Shorter ones are digits, keys and pieces of sentences."""


class LivePrompts:
    def __init__(self, config_dir: Path, prompts: Prompts) -> None:
        self._config_dir = config_dir
        self._prompts = prompts

    async def reload(self) -> Prompts:
        """A catalogue that cannot be read leaves the old one."""
        loaded = await asyncio.to_thread(load_prompts, self._config_dir)
        if not isinstance(loaded, list):
            self._prompts = loaded
        return self._prompts

    def change(self, prompts: Prompts) -> None:
        """From the next prompt on."""
        self._prompts = prompts

    def is_audible(self, prompt_id: str) -> bool:
        """Whether there is a recording in any language at all."""
        return any(prompt_id in heard for heard in self._prompts.names().values())

    def announcements(self) -> list[tuple[str, str]]:
        """Prompts that are a message of their own, each with its words in the first language."""
        first, known = self._prompts.catalogue.languages[0], self._prompts.catalogue.prompts
        return [
            (name, prompt.wordings[first].text)
            for name, prompt in sorted(known.items())
            if first in prompt.wordings and self._prompts.duration_s(name, first) >= A_MESSAGE_S
        ]

    def seconds(self, said: Iterable[ivr.Prompt]) -> float:
        return sum(self._prompts.duration_s(one.id, one.language) for one in said)

    def sound_uri(self, prompt_id: str, language: str) -> str:
        return self._prompts.sound_uri(prompt_id, language)
