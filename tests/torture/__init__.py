"""Abuse of the whole device, counted: `python -m tests.torture` from the checkout's root."""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "host"), str(TESTS / "host" / "board")]
