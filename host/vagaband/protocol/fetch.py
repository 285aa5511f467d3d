"""Fetches what the boards have of a run, once its last mark is on their flash."""

import time
from collections.abc import Callable, Sequence

from vagaband import journal, twin
from vagaband.protocol.kept import Found, compare, done_words
from vagaband.protocol.model import Block
from vagaband.protocol.wearer import Wearer
from vagaband.pull import Pulled, pull
from vagaband.sessions.pulled import take_pulled

TRIES = 6  # the board writes its flash in pieces, between samples
WAIT_S = 1.0


def fetched(
    wearer: Wearer, blocks: Sequence[Block], run: str, progress: Callable[[str], None]
) -> tuple[list[Found], list[str]]:
    """What a person's recordings have of the blocks, and the files: nothing is fetched of what the
    board has recorded before the run, as another may have worn it. DeviceError as `pull`."""
    pulled = _pulled(wearer, run, progress)
    take_pulled(wearer.folder, pulled, wearer.person, progress)
    files = [one.path for one in pulled if run.encode() in one.path.read_bytes()]
    sessions = [twin.as_logged(journal.load(path, True)) for path in files]
    return compare(blocks, sessions, run), [str(path) for path in files]


def _pulled(wearer: Wearer, run: str, progress: Callable[[str], None]) -> list[Pulled]:
    last = done_words(run).encode()
    pulled: list[Pulled] = []
    for attempt in range(TRIES):
        if attempt:
            time.sleep(WAIT_S)
        pulled = pull(
            wearer.url,
            wearer.folder,
            lambda what, done: progress(f"{what}: {done:,} bytes"),
            wearer.since,
        )
        if any(last in one.path.read_bytes() for one in pulled):
            break
    return pulled
