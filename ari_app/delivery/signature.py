"""How an event is signed, so that the receiver knows it is ours and not an old one repeated.

The scheme is that of the Standard Webhooks specification 1.0: HMAC-SHA256 over
``id.timestamp.body``, in base64, as ``v1,...``. Knows no HTTP.
"""

import base64
import binascii
import hmac
from hashlib import sha256

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The bytes of a secret; ValueError says what is wrong with it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(f"the webhook secret is not base64 after '{PREFIX}': {error}") from error
    if not 24 <= len(key) <= 64:
        raise ValueError(f"the webhook secret has {len(key)} bytes; use 24 to 64")
    return key


def sign(key: bytes, event_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header ``webhook-signature``; ``timestamp`` in whole epoch seconds."""
    signed = b"%s.%d.%s" % (event_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, sha256)).decode()
