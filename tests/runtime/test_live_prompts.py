"""What a supervisor may choose to have announced."""

from ari_app.runtime.live_prompts import LivePrompts
from ari_app.settings import PROJECT_DIR
from recordings.prompts import Prompts, load_prompts


def shipped() -> LivePrompts:
    config = PROJECT_DIR / "config"
    prompts = load_prompts(config)
    assert isinstance(prompts, Prompts)
    return LivePrompts(config, prompts)


def test_messages_are_offered_with_their_words_and_pieces_of_sentences_are_not():
    offered = dict(shipped().announcements())
    assert offered["emergency_notice"].startswith("应急期间来电较多")
    assert not [name for name in offered if name.startswith(("digit_", "hour_"))]


def test_whatever_is_offered_can_be_heard():
    prompts = shipped()
    assert [name for name, _ in prompts.announcements() if not prompts.is_audible(name)] == []
