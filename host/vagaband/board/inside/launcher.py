"""The first file the interpreter runs: starts the board, then the REPL takes over."""

import boot_sequence

boot_sequence.start(globals())
