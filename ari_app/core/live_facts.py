"""What a live call's tree is told when it asks about the world.

Decides which answer belongs to which fact of ``ivr.facts``. Looks things up and changes nothing.
The ticket's fields and the language are the interpreter's own and not answered here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ari_app.core.call import Call
from ari_app.core.emergency import EMERGENCY, Emergency, emergency_fact
from ari_app.core.figures import Figures
from ari_app.core.orders import Orders
from ari_app.core.world import World, is_listed
from ivr.facts import EMERGENCY_PROMPT, Facts, FactValue, form_of

FactsFor = Callable[[Call, float], Facts]
"""The facts of one call at one instant (epoch seconds)."""


@dataclass(slots=True)
class FactsSource:
    """A ``FactsFor``. ``world`` and ``emergency`` may be replaced while calls are alive."""

    figures: Figures
    world: World
    emergency: Emergency | None = None
    orders: Orders | None = None

    def __call__(self, call: Call, now: float) -> Facts:
        return LiveFacts(call, now, self.figures, self.world, self.emergency, self.orders)


@dataclass(frozen=True, slots=True)
class LiveFacts:
    call: Call
    now: float
    figures: Figures
    world: World
    emergency: Emergency | None = None
    orders: Orders | None = None

    def value(self, name: str) -> FactValue | None:
        if name in (EMERGENCY, EMERGENCY_PROMPT):
            said = emergency_fact(self.emergency, name, self.now)
            return self._mode(name) if said is None else said
        found = form_of(name)
        if found is None:
            return None
        form, which = found
        is_caller = name.startswith("caller.")
        return self._caller(name) if is_caller else self._world(form.pattern, which)

    def _mode(self, name: str) -> FactValue | None:
        """A mode greets as an emergency does, which goes before it."""
        if self.orders is None or self.orders.surge is None or self.orders.mode is None:
            return None
        return self.orders.surge.mode if name == "mode" else self.orders.mode.greeting or None

    def _caller(self, name: str) -> FactValue | None:
        caller = self.call.caller
        match name:
            case "caller.region":
                return caller.region or None
            case "caller.has_number":
                return bool(caller.number)
            case "caller.is_repeat":
                # The database is asked when the call arrives; until it has answered, nobody knows.
                return None if self.call.history is None else bool(self.call.history.calls)
            case "caller.is_vip":
                return is_listed(self.world.vip, caller.number, self.now)
            case "caller.is_nuisance":
                return is_listed(self.world.nuisance, caller.number, self.now)
        return None

    def _world(self, pattern: str, which: str) -> FactValue | None:
        match pattern:
            case "mode":
                return self._mode(pattern)
            case "dialled":
                return self.call.dialled or None
            case "queue.<queue>.waiting":
                return self.figures.waiting(which)
            case "queue.<queue>.expected_wait_s":
                return self.figures.expected_wait_s(which)
            case "queue.position":
                return self.figures.position(self.call.call_id)
            case "queue.expected_wait_s":
                return self.figures.rest_of_wait_s(self.call.call_id)
            case "agents.<skill>":
                return self.figures.signed_in(which)
            case "schedule.<schedule>":
                return self.world.calendar.hours(which, self.now)
        return None
