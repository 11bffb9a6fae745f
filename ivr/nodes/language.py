"""language: from here on the caller is spoken to in another language."""

from typing import Literal

from pydantic import Field

from ivr.actions import SetLanguage
from ivr.events import Entered, Event
from ivr.fields import BaseNode, Language, Target
from ivr.state import State
from ivr.turn import Moment, Turn, go


class LanguageNode(BaseNode):
    """Set the caller's language, then go on."""

    type: Literal["language"]
    language: Language = Field(description="A language of prompts.yaml, such as zh_CN or en.")
    next: Target = Field(description="Where to go afterwards.")

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                spoken = state._replace(language=self.language)
                return go(spoken, self.next, SetLanguage(self.language))
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.next,)
