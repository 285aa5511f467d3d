"""What the user is told when something can't be done."""


class VagabandError(Exception):
    """A failure in one sentence, with the next step; `exit_code` as the command line's."""

    exit_code = 1

    def __init__(self, what: str, next_step: str = "") -> None:
        self.what = what
        self.next_step = next_step
        super().__init__(f"{what} {next_step}".strip())


class InputError(VagabandError):
    """The user named something that can't be used: a wrong file, option or value."""

    exit_code = 2


class DeviceError(VagabandError):
    """A board that is absent, busy, silent or answers wrongly."""
