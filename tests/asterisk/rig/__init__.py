"""What the real-Asterisk tests need to play citizens and agents; built on ``ari_app.softphone``."""

from ari_app.softphone.citizen import Citizen
from ari_app.softphone.hearing import Packet
from ari_app.softphone.load import Load, LoadCall, LoadPhones, Ring
from ari_app.softphone.phone import Mode, Phone, PhoneCall
from ari_app.softphone.prompt_match import PromptMatch, match_prompt, wait_prompt
from ari_app.softphone.registration import register
from ari_app.softphone.rtp import RtpEndpoint
from ari_app.softphone.sipp import SipEvent, Sipp, SippFailed
from ari_app.softphone.tones import Span, read_sound, tones_in_wav
from ari_app.softphone.waiting import NotSeen

__all__ = [
    "Citizen",
    "Load",
    "LoadCall",
    "LoadPhones",
    "Mode",
    "NotSeen",
    "Packet",
    "Phone",
    "PhoneCall",
    "PromptMatch",
    "Ring",
    "RtpEndpoint",
    "SipEvent",
    "Sipp",
    "SippFailed",
    "Span",
    "match_prompt",
    "read_sound",
    "register",
    "tones_in_wav",
    "wait_prompt",
]
