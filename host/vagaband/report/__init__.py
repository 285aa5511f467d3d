"""The page: what a recording says, as one HTML file that needs nothing else."""

import locale
import os

LANGUAGES = {"en": "en_GB", "nl": "nl_NL"}  # and whose way of writing numbers and dates


def preferred_language() -> str:
    """Dutch where this computer's language is, else English."""
    asked = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, asked), None) or locale.getlocale()[0] or ""
    return "nl" if name.lower().startswith(("nl", "dutch")) else "en"
