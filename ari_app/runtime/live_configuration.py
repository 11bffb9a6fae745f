"""Brings a changed configuration into the running service, without a restart.

Decides the order: the trees in service must still find what they name, the core must agree, then
everybody who looks at the configuration gets the new one, Asterisk's phones last. Must not know
who may ask for it, nor what the files say.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from ari_app.ari.client import Client
from ari_app.ari.errors import AriError
from ari_app.ari.execute import Executor
from ari_app.asterisk.installation import AsteriskMissing
from ari_app.asterisk.render import render_phones
from ari_app.configuration import Groundwork
from ari_app.core.events import ConfigurationChanged
from ari_app.core.outbound.policy import Policy
from ari_app.core.world import OutsideNumber, World
from ari_app.passwords import load_passwords
from ari_app.runtime.delivery import Delivery
from ari_app.runtime.front import Accounts
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.runtime.loop import Loop
from ari_app.runtime.phone_logins import PhoneLogins
from ari_app.runtime.report_desk import ReportDesk
from ari_app.runtime.ticket_desk import TicketDesk
from ari_app.runtime.tree_versions import TreeVersions
from ari_app.settings import Settings, SettingsError
from ari_app.web.problems import Problem as Refusal

_log = structlog.get_logger()

RELOADED = ("res_pjsip.so", "app_queue.so")
"""Asterisk's modules that read the phones: the agents' own, and the duty phones' queue."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Everybody who looks at the configuration, beside the core."""

    accounts: Accounts
    versions: TreeVersions
    prompts: LivePrompts
    tickets: TicketDesk
    reports: ReportDesk
    delivery: Delivery
    executor: Executor
    phones: PhoneLogins


class LiveConfiguration:
    """``ground`` is what holds now."""

    def __init__(
        self, settings: Settings, ground: Groundwork, loop: Loop, client: Client, readers: Readers
    ) -> None:
        self.ground = ground
        self._settings, self._loop = settings, loop
        self._client, self._readers = client, readers
        self.phones_problem = ""
        """Why Asterisk does not know the phones of now; empty when it does."""

    async def change(self, ground: Groundwork, commit: Callable[[], None]) -> None:
        """Once the core agrees, ``commit`` is called, which must not fail half done.

        Only then do those leave who are named no more: nothing brings back who was signed out.
        """
        await self._must_serve(ground)
        refused = await self._loop.ask(self._event(with_agents_of(self.ground, ground)))
        if refused is not None:
            raise Refusal(503 if refused.code == "standby" else 409, refused.code, refused.message)
        try:
            commit()
        except OSError as error:
            await self._loop.ask(self._event(self.ground))
            detail = f"无法写入磁盘（{error.strerror}），仍使用原来的配置。"
            raise Refusal(503, "not_stored", detail) from error
        await self._loop.ask(self._event(ground))
        await self._tell(ground)

    async def _tell(self, ground: Groundwork) -> None:
        self.ground, to = ground, self._readers
        ids = [*map(str, ground.centre.agents)]
        passwords = await asyncio.to_thread(load_passwords, self._settings, ids)
        to.accounts.change(ground.centre, passwords)
        to.versions.change_ground(ground)
        to.prompts.change(ground.prompts)
        to.tickets.change(ground.rules, ground.world.calendar)
        to.reports.change(ground.rules.sla.satisfied)
        to.delivery.change(ground.rules.city_sees)
        to.executor.change(ground.outbound.shown_number)
        to.phones.change(ground.centre.browser_phones)
        await self.tell_phones()

    async def passwords_changed(self, *, phones: bool) -> None:
        """Somebody's is another one now."""
        centre = self.ground.centre
        ids = [*map(str, centre.agents)]
        passwords = await asyncio.to_thread(load_passwords, self._settings, ids)
        self._readers.accounts.change(centre, passwords)
        if phones:
            await self.tell_phones()

    async def _must_serve(self, ground: Groundwork) -> None:
        """No caller may be sent where nobody is any more."""
        self._must_have_duty_phones(ground)
        lost = await self._readers.versions.lost_with(ground)
        if lost:
            said = "正在使用的流程还要用到被删除的内容，请先发布不再使用它的流程。"
            raise Refusal(409, "trees_need_it", said, problems=lost)

    def _must_have_duty_phones(self, ground: Groundwork) -> None:
        """Asterisk would refuse its own configuration at the next start."""
        agents = ground.centre.agents.values()
        phones = {one.agent_id for one in agents if one.has_phone} | ground.centre.seats
        gone = sorted(set(self._settings.fallback_agents) - phones)
        if gone:
            said = f"{gone[0]} 是 hotline.yaml 中的值班话机（fallback_agents），不能删除。"
            raise Refusal(409, "duty_phone", said)

    # --- the core ----------------------------------------------------------------------------

    def _event(self, ground: Groundwork) -> ConfigurationChanged:
        return ConfigurationChanged(
            ground.centre,
            ground.world,
            outside(self._settings, ground.world),
            policy(self._settings, ground),
            ground.rules.units,
        )

    # --- Asterisk ----------------------------------------------------------------------------

    async def tell_phones(self) -> None:
        """New phones may register, removed ones no more; talks under way go on."""
        if self._settings.remote_ari is not None:
            return  # its owner configures it
        try:
            await asyncio.to_thread(render_phones, self._settings)
            for module in RELOADED:
                await self._client.asterisk.reload_module(module=module)
            self.phones_problem = ""
        except (AriError, OSError, TimeoutError, SettingsError, AsteriskMissing) as error:
            # Asterisk reads the files when it starts again; until then only new phones are missing.
            self.phones_problem = str(error).splitlines()[0] if str(error) else repr(error)
            _log.error("configuration.phones_not_told", problem=self.phones_problem)


def with_agents_of(before: Groundwork, ground: Groundwork) -> Groundwork:
    """The new configuration, with everybody of the old one who is not named in it."""
    agents = {**before.centre.agents, **ground.centre.agents}
    return replace(ground, centre=replace(ground.centre, agents=agents))


def outside(settings: Settings, world: World) -> dict[str, OutsideNumber]:
    """Without a trunk every transfer fails at once, and the tree sends the caller on."""
    return dict(world.numbers) if settings.trunk_out else {}


def policy(settings: Settings, ground: Groundwork) -> Policy:
    """Without a trunk nobody is called."""
    enabled = ground.outbound.is_enabled and bool(settings.trunk_out)
    return replace(ground.outbound, is_enabled=enabled)
