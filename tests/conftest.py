"""No property has a deadline: a busy machine is no failure. pytest-timeout bounds every test."""

from hypothesis import settings

settings.register_profile("hotline", deadline=None)
settings.load_profile("hotline")
