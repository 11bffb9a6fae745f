"""``pytest --hypothesis-profile=deep tests/core`` takes minutes and looks for rare sequences."""

from hypothesis import settings

settings.register_profile("deep", max_examples=5000, stateful_step_count=100, deadline=None)
