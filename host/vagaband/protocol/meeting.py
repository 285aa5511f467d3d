"""Puts the boards of two people on one clock as a run begins and as it ends (see pair)."""

from collections.abc import Callable, Sequence

from vagaband.errors import VagabandError
from vagaband.files import private_folder
from vagaband.pair.clock_file import keep
from vagaband.pair.meeting import SECONDS, ask_all
from vagaband.protocol.wearer import Wearer


def meet(wearers: Sequence[Wearer], progress: Callable[[float], None]) -> tuple[float | None, str]:
    """Exchange with the boards, whose lines must be closed; each exchange into its own folder.

    The error (s) of the two together, and ""; None and why where one of them could not be asked.
    """
    try:
        exchanges, failures = ask_all([wearer.url for wearer in wearers], SECONDS, progress)
    except VagabandError as error:
        return None, str(error)
    for failure in failures:
        if not isinstance(failure, VagabandError):
            raise failure
        return None, str(failure)
    for wearer, exchange in zip(wearers, exchanges, strict=True):
        private_folder(wearer.folder)
        keep(wearer.folder, exchange)
    return sum(exchange.met.error_s for exchange in exchanges), ""
