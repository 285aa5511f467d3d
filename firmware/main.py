"""Boot guard: runs the app, and leaves no board without a version that can run.

/vagal is the version to run; /vagal.old the one before it; the file /vagal/trial says that
/vagal has not proved itself yet (deploy writes it, the app removes it). A version on trial that
crashes three times, and any that can't start, gives way to /vagal.old. The guard works with
every version: of vagal it uses app.run and five functions of board.
"""

import os
import sys

NEW, OLD, BAD, TRIAL = "/vagal", "/vagal.old", "/vagal.bad", "/vagal/trial"


def there(path: str) -> bool:
    """Whether a file or folder exists."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def fall_back() -> None:
    """Put the kept version where the one to run is; each step leaves one of them there."""
    print("vagaband: falls back to the version before")
    if there(BAD):
        for name in os.listdir(BAD):
            os.remove(BAD + "/" + name)
        os.rmdir(BAD)
    if there(NEW):
        os.rename(NEW, BAD)
    os.rename(OLD, NEW)
    for name in list(sys.modules):
        if name.split(".")[0] == "vagal":
            del sys.modules[name]


def service_wanted(board) -> bool:
    """Whether someone holds the button for a second, or the app can't stay up."""
    if board.reset_cause() == "watchdog":
        board.set_crashes(board.crashes() + 1)
    for _ in range(10):
        if not board.button_held():
            return board.crashes() >= 3
        board.sleep_ms(100)
    return True


def show_service() -> None:
    """Let the light say so, where this version can."""
    try:
        from vagal import wearer

        wearer.show_service()
    except Exception as e:
        print("vagaband: no light,", e)


def start() -> None:
    """Run /vagal, or service mode."""
    from vagal import board

    if service_wanted(board):
        crashed = board.crashes() >= 3
        board.set_crashes(0)
        if not (crashed and there(TRIAL) and there(OLD)):
            print("vagaband: service mode, the app does not run; reset to try again")
            show_service()
            return
        fall_back()
    from vagal import app

    app.run()


if not there(NEW) and there(OLD):
    fall_back()
try:
    start()
except Exception as e:
    if not there(OLD):
        raise
    sys.print_exception(e)
    fall_back()
    start()
