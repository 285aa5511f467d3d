"""vagaband: host tools for an open, wearable vagal-tone monitor."""

__version__ = "0.1.0"
