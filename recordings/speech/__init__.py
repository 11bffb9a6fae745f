"""Text to speech for the prompts: runs in an environment of its own, never in the service."""
