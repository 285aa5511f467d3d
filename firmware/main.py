"""Boot guard: the app, unless the button is held or it crashed three times in a row."""

from vagal import board


def service_wanted() -> bool:
    """Whether someone holds the button for a second, or the app can't stay up."""
    if board.reset_cause() == "watchdog":
        board.set_crashes(board.crashes() + 1)
    for _ in range(10):
        if not board.button_held():
            return board.crashes() >= 3
        board.sleep_ms(100)
    return True


if service_wanted():
    board.set_crashes(0)
    print("vagaband: service mode, the app does not run; reset to try again")
else:
    from vagal import app

    app.run()
