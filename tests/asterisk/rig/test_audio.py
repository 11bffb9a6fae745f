"""The judgements on audio, without a network."""

import wave
from array import array
from pathlib import Path

import pytest

from ari_app.softphone.alaw import FRAME, SILENCE, decode, encode, tone
from ari_app.softphone.hearing import Packet
from ari_app.softphone.prompt_match import match_prompt
from ari_app.softphone.tones import tone_share, tone_spans, tones_in_wav


def packets(octets: bytes) -> list[Packet]:
    frames = [octets[at : at + FRAME] for at in range(0, len(octets), FRAME)]
    return [Packet(100 + n * 0.02, frame) for n, frame in enumerate(frames)]


def prompt_of(*frequencies: int) -> bytes:
    sweep = b"".join(tone(f)[: FRAME * 7 + 31] for f in frequencies)
    return sweep[: len(sweep) // FRAME * FRAME]


def test_every_code_survives_decoding_and_encoding() -> None:
    codes = bytes(range(256))
    assert encode(decode(codes)) == codes


def test_known_codes_have_the_values_of_the_standard() -> None:
    assert list(decode(b"\xd5\x55\xaa\x2a")) == [8, -8, 32256, -32256]


def test_a_tone_holds_its_frame_and_its_neighbours_do_not() -> None:
    frame = decode(tone(700)[:FRAME])
    assert tone_share(frame, 700) > 0.95
    assert tone_share(frame, 750) < 0.05
    assert tone_share(decode(SILENCE * FRAME), 700) == 0


def test_the_span_of_a_tone_in_silence_is_found() -> None:
    quiet = SILENCE * 4000
    (span,) = tone_spans(decode(quiet + tone(1100) + quiet), 1100)
    assert span.start_s == pytest.approx(0.5, abs=0.03)
    assert span.length_s == pytest.approx(1.0, abs=0.05)


def test_both_tones_of_a_mixed_recording_are_found_and_each_on_its_side(tmp_path: Path) -> None:
    left, right = decode(tone(700) * 2), decode(tone(1100) + SILENCE * 8000)
    mixed, stereo = tmp_path / "mixed.wav", tmp_path / "stereo.wav"
    both = array("h", (a + b for a, b in zip(left, right, strict=True)))
    sides = array("h", (side for pair in zip(left, right, strict=True) for side in pair))
    for path, samples, count in ((mixed, both, 1), (stereo, sides, 2)):
        with wave.open(str(path), "wb") as file:
            file.setnchannels(count)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(samples.tobytes())
    found = tones_in_wav(mixed, (700, 1100, 1500))
    assert [round(sum(s.length_s for s in found[f])) for f in (700, 1100, 1500)] == [2, 1, 0]
    assert not tones_in_wav(stereo, [1100], channel=0)[1100]
    assert tones_in_wav(stereo, [1100], channel=1)[1100]


def test_a_prompt_heard_whole_matches_whole(tmp_path: Path) -> None:
    file = tmp_path / "menu.alaw"
    file.write_bytes(SILENCE * FRAME * 3 + prompt_of(611, 702, 809, 933))
    heard = packets(tone(455) + file.read_bytes() + tone(455))
    match = match_prompt(heard, file)
    assert match
    assert match.whole


def test_a_prompt_that_was_cut_matches_in_part_and_says_which(tmp_path: Path) -> None:
    file = tmp_path / "menu.alaw"
    file.write_bytes(prompt_of(611, 702, 809, 933, 1017, 1123))
    match = match_prompt(packets(file.read_bytes()[FRAME * 10 : FRAME * 30]), file)
    assert match
    assert not match.whole
    assert match.matched_s == pytest.approx(0.4)
    assert match.starts_in_prompt_s == pytest.approx(0.2)


def test_another_prompt_does_not_match(tmp_path: Path) -> None:
    file = tmp_path / "menu.alaw"
    file.write_bytes(prompt_of(611, 702, 809, 933))
    assert not match_prompt(packets(prompt_of(523, 587, 659)), file)
