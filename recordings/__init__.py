"""Audio files of the hotline: prompts and recordings. Knows files and no calls."""
