"""Brings a board back from any state, its logs first: one step after another until it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from vagaband import deploy, flash, pull
from vagaband.device import Device
from vagaband.errors import DeviceError, VagabandError
from vagaband.esptool_run import chip_at
from vagaband.file_system import Progress, Say, mounted, renew
from vagaband.images import NoImageError
from vagaband.prompt import Prompt
from vagaband.saved_logs import save_over_prompt

STATUS_S = 3.0
PROMPT_S = 12.0  # longer than a start with a watchdog's reset in it
ROM_COMPLAINTS = (b"invalid header: 0x", b"csum err:", b"esp_image: ", b"boot_comm: ")
OLDEST = [1, 26]  # MicroPython that the firmware runs on


class State(Enum):
    """What a board does."""

    RUNS = "vagaband answers"
    PROMPT = "vagaband does not run, MicroPython does"
    OTHER = "another version of MicroPython"
    NO_FILES = "MicroPython can't read its file system"
    NO_PROGRAM = "its flash holds no program that it can start"
    SILENT = "nothing that answers"


@dataclass
class Rescue:
    """A rescue of the board at `url`; `image` gives MicroPython's file when it is needed."""

    url: str
    out: Path
    image: Callable[[], Path]
    say: Say
    progress: Progress

    def run(self) -> dict[str, Any]:
        """Save the logs and bring the board back; what it then answers to status."""
        state = self._look()
        if state is State.OTHER:
            self._save_over_prompt()
        missing = None
        if state in (State.NO_PROGRAM, State.SILENT, State.OTHER):
            try:
                self._write(self.image())
                state = self._look()
            except NoImageError as error:
                missing = error
                if state is State.NO_PROGRAM:
                    raise
        if state in (State.SILENT, State.NO_FILES):
            self._new_file_system()
            state = self._look()
        if state in (State.NO_PROGRAM, State.SILENT):
            raise missing or DeviceError(
                f"The board at {self.url} does not start, with a new MicroPython either.",
                "Look at its supply: 3.3 V, 500 mA; or try another board.",
            )
        if state is State.RUNS:
            self._pull()
        elif state in (State.PROMPT, State.OTHER):
            self._save_over_prompt()
        self._deploy(last=False)
        return flash.look(self.url)

    def _write(self, image: Path) -> None:
        flash.write(self.url, image, erase=False, say=self.say, progress=self.progress)

    def _look(self) -> State:
        self.progress("looking at the board", 0)
        with Device(self.url) as device:
            if device.try_ask("status", STATUS_S):
                return self._seen(State.RUNS)
            if any(words in device.stray for words in ROM_COMPLAINTS):
                return self._seen(State.NO_PROGRAM)
        try:
            with Prompt(self.url, PROMPT_S) as prompt:
                if not mounted(prompt):
                    return self._seen(State.NO_FILES)
                version = prompt.run("import sys; print(*sys.implementation[1][:2])").split()
                other = [int(n) for n in version] < OLDEST
                return self._seen(State.OTHER if other else State.PROMPT)
        except (DeviceError, ValueError):
            return self._seen(State.SILENT)

    def _seen(self, state: State) -> State:
        self.say(f"the board: {state.value}")
        return state

    def _pull(self) -> None:
        try:
            for pulled in pull.pull(self.url, self.out):
                self.say(f"saved {pulled.path}")
        except VagabandError as error:
            self.say(f"{error.what} What is left is read another way.")
            self._save_over_prompt()

    def _save_over_prompt(self) -> None:
        self.progress("saving the logs", 0)
        try:
            with Prompt(self.url, PROMPT_S) as prompt:
                for path in save_over_prompt(prompt, self.out, self.say):
                    self.say(f"saved {path}")
        except (DeviceError, ValueError):
            self.say("no logs can be read from the board's file system")

    def _deploy(self, last: bool) -> None:
        self.progress("copying the firmware", 0)
        try:
            firmware = deploy.deploy(self.url, say=self.say)
            self.say(f"firmware {firmware} is on the board and runs")
        except (deploy.NoRoomError, deploy.TakenBackError):
            raise
        except DeviceError as error:
            if last:
                raise
            self.say(f"{error.what} The file system may be damaged: making a new one.")
            self._new_file_system()
            self._deploy(last=True)

    def _new_file_system(self) -> None:
        chip = chip_at(self.url)
        flash.check(self.url, chip)
        renew(self.url, chip, self.out, self.say, self.progress)
