"""Registering a telephone's address with digest authentication.

Decides the REGISTER exchange only; another process plays the telephone itself.
"""

from ari_app.softphone.sipp import Plan, Sipp, SippFailed
from ari_app.softphone.udp_ports import Address, free_port
from ari_app.softphone.waiting import PATIENCE_S


async def register(
    account: str, password: str, *, contact: Address, at: Address, expires_s: int = 3600
) -> None:
    """Register ``account`` as reachable at ``contact``; 0 seconds takes it back."""
    ip, port = contact
    plan = Plan(
        scenario="register",
        local=(ip, free_port(ip)),
        remote=at,
        keys={"account": account, "contact": f"{ip}:{port}", "expires": str(expires_s)},
        calls=1,
        fields=(f"[authentication username={account} password={password}]",),
    )
    async with Sipp(plan) as sipp:
        event = await sipp.wait_event("registered", "denied", within_s=PATIENCE_S)
        if event.name == "denied":
            raise SippFailed(
                f"{at[0]}:{at[1]} refused the registration of {account}; is the password right?"
            )
