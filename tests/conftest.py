"""What all tests share."""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

import pytest

# Small matrices on many threads cost far more than on one; tests use all cores as it is.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A shell has what it runs in the background ignore Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

ASIDE = Path(__file__).parents[2] / "shared" / "data"  # beside the checkout


# Files whose tests take the longest, mostly waiting for a board.
LONG = (
    "test_flash",
    "test_rescue",
    "test_demo",
    "test_board_flashing",
    "test_deploy",
    "test_wearing",
    "test_flash_faults",
    "test_line",
    "test_privacy",
    "test_live",
    "test_clocks",
    "test_a_day",
    "test_doctor",
    "test_protocol_run",
    "test_pair_command",
    "test_pull",
)

REAL_TIME = {"boards", "start"}  # fixtures that start boards which keep the PC's time


def pytest_configure(config: pytest.Config) -> None:
    """Bytecode is kept in pytest's cache, where none may stand beside the sources.

    Else each worker, and each command that a test starts, compiles all that it imports anew.
    """
    cache = getattr(config, "cache", None)
    if sys.dont_write_bytecode and cache:
        sys.pycache_prefix = str(cache.mkdir("bytecode"))
        sys.dont_write_bytecode = False
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Before all workers import all tests, each compiles its share of them for the others."""
    worker = getattr(session.config, "workerinput", None)
    if worker and session.config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        files = sorted(Path(__file__).parent.glob("host/test_*.py"))
        for file in files[int(worker["workerid"][2:]) :: worker["workercount"]]:
            import_module(file.stem)


def pytest_xdist_auto_num_workers() -> int:
    """More than there are cores, as tests wait for boards; not so many that boards wait too."""
    return 3 * (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)  # what is deselected is out by then
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones come first, then those that wait for boards: at the end nobody waits for one.

    Each worker begins with an equal stretch of the list (and later takes from another's end), so
    that each stretch begins with its part of the long ones.
    """
    for item in items:
        if item.path.stem in LONG or REAL_TIME & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=1))  # the PC may have been too busy
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    others = sorted(items, key=lambda item: "firmware" in item.path.parts)
    long = [item for name in LONG for item in others if item.path.stem == name]
    others = [item for item in others if item.path.stem not in LONG]
    total = len(items)
    items.clear()
    for worker in range(workers):
        stretch = (total - len(items)) // (workers - worker)
        first = long[worker::workers]
        rest = max(0, stretch - len(first))
        items += first + others[:rest]
        del others[:rest]


@pytest.fixture(scope="session")
def shared_temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share, and no other run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real recordings; without it the test is skipped."""
    folder = Path(os.environ.get("VAGABAND_RECORDINGS", ASIDE))
    if not (folder / "recordings.json").is_file():
        pytest.skip(f"no recordings in {folder}: name their folder in VAGABAND_RECORDINGS")
    return folder
