"""Logins of phones in a browser: one secret at a time, for an hour, taken back for certain."""

import pytest

from ari_app.ari.errors import Unreachable
from ari_app.runtime.phone_logins import LASTS_S, PhoneLogins
from ari_app.web import Unavailable

pytestmark = pytest.mark.asyncio


class Asterisk:
    """What it holds; ``is_away`` makes it unreachable."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {"1001": "of an earlier service"}
        self.is_away = False

    async def set_login(self, user: str, password: str) -> None:
        self._answer()
        self.held[user] = password

    async def drop_login(self, user: str) -> None:
        self._answer()
        self.held.pop(user, None)

    def _answer(self) -> None:
        if self.is_away:
            raise Unreachable("asterisk.updateObject", "away")


class World:
    def __init__(self) -> None:
        self.now = 1000.0
        self.asterisk = Asterisk()
        self.logins = PhoneLogins(
            self.asterisk, ["1001", "3001"], "ws://127.0.0.1:8088/ws", lambda: self.now
        )


@pytest.fixture
def world() -> World:
    return World()


async def test_each_secret_is_new_and_ends_the_one_before(world: World):
    first, second = await world.logins.give("1001"), await world.logins.give("1001")
    assert first.secret != second.secret
    assert len(first.secret) >= 32
    assert world.asterisk.held == {"1001": second.secret}
    assert (second.expires_at, second.lasts_s) == (world.now + LASTS_S, LASTS_S)


async def test_what_an_earlier_service_gave_is_taken_back_at_start(world: World):
    await world.logins.look()
    assert world.asterisk.held == {}


async def test_but_not_what_was_given_since(world: World):
    given = await world.logins.give("1001")
    await world.logins.look()
    assert world.asterisk.held == {"1001": given.secret}


async def test_a_secret_ends_with_its_time(world: World):
    await world.logins.give("3001")
    world.now += LASTS_S - 1
    await world.logins.look()
    assert "3001" in world.asterisk.held
    world.now += 2
    await world.logins.look()
    assert "3001" not in world.asterisk.held


async def test_what_is_taken_back_while_asterisk_is_away_goes_later(world: World):
    await world.logins.give("1001")
    world.asterisk.is_away = True
    world.logins.take_back("1001")
    await world.logins.look()
    world.asterisk.is_away = False
    await world.logins.look()
    assert world.asterisk.held == {}


async def test_without_asterisk_there_is_no_login(world: World):
    world.asterisk.is_away = True
    with pytest.raises(Unavailable):
        await world.logins.give("1001")


async def test_only_pages_phones_get_one(world: World):
    assert world.logins.is_browser("3001")
    assert not world.logins.is_browser("1002")
