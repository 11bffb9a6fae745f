"""The app's registration, Asterisk itself, and its endpoints. Decides nothing else."""

from collections.abc import Sequence
from typing import Any

from ari_app.ari.requester import Repository


class Applications(Repository):
    async def get(self, app: str) -> dict[str, Any]:
        """``channel_ids`` and ``bridge_ids`` survive a gap of our link: the truth to reconcile."""
        response = await self.client.request("applications.get", {"application_name": app}, key=app)
        return dict(response.body)

    async def subscribe(self, app: str, *, event_source: Sequence[str]) -> None:
        """Such as ``channel:ID`` (for the ChannelDestroyed of an inbound channel) or
        ``endpoint:PJSIP/1001``. Never ``deviceState:``, which can deadlock all of ARI."""
        await self.client.request(
            "applications.subscribe",
            {"application_name": app, "event_source": list(event_source)},
            key=app,
        )

    async def unsubscribe(self, app: str, *, event_source: Sequence[str]) -> None:
        await self.client.request(
            "applications.unsubscribe",
            {"application_name": app, "event_source": list(event_source)},
            key=app,
        )

    async def filter(self, app: str, *, disallowed: Sequence[str]) -> None:
        """Replaces the whole filter; it must be set again after every connect."""
        rules = {"allowed": [], "disallowed": [{"type": name} for name in disallowed]}
        await self.client.request(
            "applications.filter", {"application_name": app, "filter": rules}, key=app
        )


class Asterisk(Repository):
    """Asterisk as a whole: ``client.asterisk``."""

    async def get_info(self, *, only: str | None = None) -> dict[str, Any]:
        return dict((await self.client.request("asterisk.getInfo", {"only": only}, key="")).body)

    async def ping(self, *, key: str = "") -> None:
        await self.client.request("asterisk.ping", {}, key=key)

    async def get_variable(self, *, variable: str) -> str:
        """A global variable; empty if it is not set."""
        response = await self.client.request(
            "asterisk.getGlobalVar", {"variable": variable}, key=""
        )
        return str(response.body["value"])

    async def set_variable(self, *, variable: str, value: str, key: str = "") -> None:
        await self.client.request(
            "asterisk.setGlobalVar", {"variable": variable, "value": value}, key=key
        )

    async def reload_module(self, *, module: str) -> None:
        """It reads its files again; calls under way go on."""
        await self.client.request("asterisk.reloadModule", {"module_name": module}, key="reload")

    async def set_login(self, user: str, password: str) -> None:
        """What a phone has to show from now on; sorcery.conf keeps it in memory alone."""
        fields = {"auth_type": "userpass", "username": user, "password": password}
        said = [{"attribute": name, "value": value} for name, value in fields.items()]
        await self.client.request(
            "asterisk.updateObject", {**_login(user), "fields": said}, key=user
        )

    async def drop_login(self, user: str) -> None:
        await self.client.request("asterisk.deleteObject", _login(user), key=user)


def _login(user: str) -> dict[str, str]:
    return {"config_class": "res_pjsip", "object_type": "auth", "id": user}


class Endpoints(Repository):
    async def get(self, *, tech: str, resource: str) -> dict[str, Any]:
        """``state`` is online, offline or unknown."""
        response = await self.client.request(
            "endpoints.get", {"tech": tech, "resource": resource}, key=resource
        )
        return dict(response.body)
