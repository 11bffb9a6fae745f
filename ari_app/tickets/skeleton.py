"""The ticket skeleton of what another channel brought in: the same fields as a call's.

Decides its id and its fields. A key of the channel's own makes a repetition harmless. Knows no
database and no request.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def intake_key(channel: str, key: str) -> str:
    """Each channel counts for itself."""
    return f"{channel}:{key}"


def ticket_id_of(channel: str, key: str) -> str:
    """The same for the same message, however often it is brought."""
    digest = hashlib.sha256(intake_key(channel, key).encode()).hexdigest()[:20]
    return f"i-{channel}-{digest}"


def content_hash(fields: Mapping[str, Any]) -> str:
    """Tells a repetition from another matter under the same key."""
    whole = json.dumps(fields, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def skeleton(
    channel: str, key: str, arrived_at: float, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """The row of the tickets table; a call is not part of it."""
    return {
        **fields,
        "ticket_id": ticket_id_of(channel, key),
        "call_id": None,
        "intake_key": intake_key(channel, key),
        "channel": channel,
        "source": "intake",
        "arrived_at": arrived_at,
    }
