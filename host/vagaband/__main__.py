"""The command `vagaband`, also as `python -m vagaband`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C is answered also while it is still being loaded."""
    try:
        from vagaband.cli import main as run
    except KeyboardInterrupt:
        sys.exit("vagaband: Stopped. Nothing was begun.")
    run()


if __name__ == "__main__":
    main()
