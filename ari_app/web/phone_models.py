"""The shape of what a page needs to be a telephone: see ``models``."""

from pydantic import Field

from ari_app.web.models import Answered, Instant


class PhoneLoginGiven(Answered):
    """Good once for one page: the next one asked for ends it, and so do sign-out and its time."""

    user: str = Field(description="The SIP user: the own number, or the seat's")
    password: str
    expires_at: Instant
    lasts_s: float = Field(description="From the answer on: a page's clock may be wrong")
    domain: str
    sip_uri: str
    socket: str = Field(description="Path of the SIP socket on this host")
    ice_servers: list[str] = Field(description="STUN servers; empty within one network")
