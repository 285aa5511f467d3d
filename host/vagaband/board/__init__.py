"""The virtual board: a whole device behind one serial URL."""

from vagaband.board.run import BoardOptions, run_board

__all__ = ["BoardOptions", "run_board"]
