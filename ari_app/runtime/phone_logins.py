"""Logins of the phones in a browser: one secret for each phone, new each time a page asks.

Decides how long one is good. Asterisk holds them in memory alone: they are in no file, and gone
when it ends; a page that is refused asks again. What an earlier service gave ends with our start.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable
from typing import Protocol

import structlog

from ari_app.ari.errors import AriError
from ari_app.web.ports import PhoneLogin, Unavailable

_log = structlog.get_logger()

LASTS_S = 3600.0
LOOK_S = 5.0


class Logins(Protocol):
    """What Asterisk does with them."""

    async def set_login(self, user: str, password: str) -> None: ...

    async def drop_login(self, user: str) -> None: ...


class PhoneLogins:
    """Implements ``web.ports.PhoneLogins``."""

    def __init__(
        self, logins: Logins, phones: Iterable[str], socket_url: str, now: Callable[[], float]
    ) -> None:
        self.socket_url = socket_url
        self._logins, self._phones, self._now = logins, frozenset(phones), now
        self._given: dict[str, float] = {}
        self._old = set(self._phones)
        self._changed = asyncio.Event()

    def change(self, phones: Iterable[str]) -> None:
        """These are the phones in a browser from now on; others' logins are over."""
        gone = self._phones - frozenset(phones)
        self._phones = frozenset(phones)
        for phone in gone:
            self.take_back(phone)

    def is_browser(self, phone: str) -> bool:
        return phone in self._phones

    async def give(self, phone: str) -> PhoneLogin:
        login = PhoneLogin(phone, secrets.token_urlsafe(24), self._now() + LASTS_S, LASTS_S)
        # From here on it is not taken back; what is under way to Asterisk arrives before.
        self._old.discard(phone)
        self._given[phone] = login.expires_at
        try:
            await self._logins.set_login(phone, login.secret)
        except AriError as error:
            raise Unavailable(str(error)) from error
        return login

    def take_back(self, phone: str) -> None:
        if self._given.pop(phone, None) is not None:
            self._old.add(phone)
            self._changed.set()

    async def run(self) -> None:
        """Take back what is over; what Asterisk does not hear is said again."""
        while True:
            self._changed.clear()
            await self.look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()

    async def look(self) -> None:
        now = self._now()
        over = [phone for phone, until in self._given.items() if until <= now]
        for phone in over:
            del self._given[phone]
            self._old.add(phone)
        for phone in sorted(self._old):
            if phone in self._old and not await self._dropped(phone):
                return

    async def _dropped(self, phone: str) -> bool:
        self._old.discard(phone)
        try:
            await self._logins.drop_login(phone)
        except AriError as error:
            _log.info("phone.login_stays", phone=phone, problem=str(error))
            if phone not in self._given:
                self._old.add(phone)
            return False
        return True
