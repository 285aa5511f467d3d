"""What all tests share."""

import os
from pathlib import Path

import pytest

ASIDE = Path(__file__).parents[2] / "shared" / "data"  # beside the checkout


def pytest_xdist_auto_num_workers() -> int:
    """More than there are cores: most of the time tests wait for a board."""
    return 2 * (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait for boards come first: at the end nobody waits for the longest one."""
    items.sort(key=lambda item: "firmware" in item.path.parts)


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real recordings; without it the test is skipped."""
    folder = Path(os.environ.get("VAGABAND_RECORDINGS", ASIDE))
    if not (folder / "recordings.json").is_file():
        pytest.skip(f"no recordings in {folder}: name their folder in VAGABAND_RECORDINGS")
    return folder
