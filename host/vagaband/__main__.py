"""`python -m vagaband` is the command `vagaband`."""

from vagaband.cli import main

main()
