"""Reads a protocol's file, and says of each thing that is wrong where it is and what to do.

The fields are in format.md.
"""

import hashlib
import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

from vagaband import breathe
from vagaband.errors import InputError
from vagaband.firmware_source import literals
from vagaband.profile.challenges import KINDS, OF_WORD
from vagaband.protocol.fields import Fault, Fields, ProtocolError, is_names, shown
from vagaband.protocol.model import RESONANCE, Block, Pace, Protocol, Role
from vagaband.protocol.places import places

FORMAT = 1
MOST_FILE = 100_000  # bytes
LEAST_S, MOST_S = 10, 7200  # a block
MOST_LEAD_S = 600
LEAD_S = 15
MOST_TOTAL_S = 6 * 3600
MOST_PACED_S = 1800  # as the device paces
MOST_REPEAT, MOST_SEQUENCE = 50, 100
MOST_ROLES = 4
DEVICES = ("yes", "optional", "no")


def read(path: Path) -> Protocol:
    """The protocol of a file. ProtocolError names every fault; InputError where it is no text."""
    try:
        data = path.read_bytes()
        text = data.decode()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Name a file.") from None
    except UnicodeError:
        raise InputError(f"{path} is no text.", "Save it as UTF-8.") from None
    if len(data) > MOST_FILE:
        raise InputError(f"{path} is too long for a protocol.", f"{MOST_FILE} bytes at most.")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        said = str(error).partition(" (at ")[0]
        fault = Fault(line, "", f"it is no TOML: {said}.", "Mend this line.")
        raise ProtocolError(str(path), [fault]) from None
    reader = Reader(places(text))
    protocol = reader.protocol(table, hashlib.sha256(data).hexdigest())
    if reader.faults:
        raise ProtocolError(str(path), reader.faults)
    return protocol


def resonance_s() -> int:
    """How long the device's resonance assessment takes."""
    exercise = literals("exercise")
    paces = len(exercise["RATES"])
    return (paces * exercise["_RATE_MS"] + (paces - 1) * exercise["_REST_MS"]) // 1000


class Reader(Fields):
    """Makes a protocol of a table; what is faulty gets a stand-in."""

    def protocol(self, table: dict[str, Any], digest: str) -> Protocol:
        """All of it; not to be used where there are `faults`."""
        self.known("", "", table)
        if self.whole(table, "", "format", FORMAT, FORMAT, None) != FORMAT:
            self.fault("format", f"only format {FORMAT} is known.", f"Write: format = {FORMAT}")
        roles = self._roles(table)
        blocks = self._blocks(table, {role.name for role in roles})
        permute = self._permute(table, blocks)
        protocol = Protocol(
            name=self.name(table, ""),
            title=self.text(table, "", "title"),
            about=self.text(table, "", "about"),
            safety=self.text(table, "", "safety"),
            sources=tuple(self.strings(table, "sources")),
            roles=roles,
            blocks=blocks,
            sequence=self._sequence(table, blocks, permute),
            repeat=self.whole(table, "", "repeat", 1, MOST_REPEAT, 1),
            permute=permute,
            digest=digest,
        )
        if not self.faults and protocol.seconds > MOST_TOTAL_S:
            self.fault("sequence", "it takes over 6 hours.", "Shorten blocks, or repeat less.")
        return protocol

    # Parts

    def _roles(self, table: dict[str, Any]) -> tuple[Role, ...]:
        roles = []
        for where, entry in self.entries(table, "role", MOST_ROLES):
            device = entry.get("device", "yes")
            if device not in DEVICES:
                self.fault(
                    f"{where}.device",
                    f"{shown(device)} is not known.",
                    'Write "yes", "optional" or "no".',
                )
            roles.append(Role(self.name(entry, where), self.text(entry, where, "title"), device))
        if roles and not 1 <= sum(role.device == "yes" for role in roles) <= 2:
            self.fault("role", "one or two wear a device.", 'Give one or two device = "yes".')
        self.once("role", [role.name for role in roles])
        return tuple(roles)

    def _blocks(self, table: dict[str, Any], roles: set[str]) -> dict[str, Block]:
        blocks = [
            self._block(entry, where, roles) for where, entry in self.entries(table, "block", 60)
        ]
        self.once("block", [block.name for block in blocks])
        return {block.name: block for block in blocks}

    def _block(self, entry: dict[str, Any], where: str, roles: set[str]) -> Block:
        block = Block(
            name=self.name(entry, where),
            seconds=self.whole(entry, where, "seconds", LEAST_S, MOST_S, None),
            title=self.text(entry, where, "title"),
            instruction=self.text(entry, where, "instruction"),
            roles=self._for_roles(entry, where, roles),
            pace=self._pace(entry, where),
            lead_s=self.whole(entry, where, "lead_s", 0, MOST_LEAD_S, LEAD_S),
            wait=self.yes(entry, where, "wait"),
            challenge=self.yes(entry, where, "challenge"),
        )
        at = f"{where}.name"
        if block.challenge != (block.name.split("-")[0] in OF_WORD):
            self.fault(
                at,
                f"a challenge, and nothing else, has a name that begins with "
                f"{', '.join(KINDS)} or a word for it.",
                "Change the name, or `challenge`.",
            )
        if block.wait and not block.lead_s:
            self.fault(
                f"{where}.wait",
                "a block without time to read (lead_s = 0) can't wait.",
                "Give lead_s, or leave wait out.",
            )
        if isinstance(block.pace, Pace) and block.seconds > MOST_PACED_S:
            self.fault(
                f"{where}.seconds",
                f"the device paces for {MOST_PACED_S} s at most.",
                "Make two blocks of it.",
            )
        if block.pace == RESONANCE and block.seconds != resonance_s():
            self.fault(
                f"{where}.seconds",
                f"the resonance assessment takes {resonance_s()} s.",
                f"Write: seconds = {resonance_s()}",
            )
        return block

    def _for_roles(self, entry: dict[str, Any], where: str, roles: set[str]) -> dict[str, Any]:
        told = entry.get("roles", {})
        if not isinstance(told, dict):
            self.fault(f"{where}.roles", "it is no table.", "Write [block.roles.NAME].")
            return {}
        for name in told.keys() - roles:
            self.fault(
                f"{where}.roles.{name}",
                "there is no such role.",
                f"The roles are {', '.join(sorted(roles)) or 'none'}.",
            )
        return {name: self.text(told, f"{where}.roles", name) for name in told}

    def _pace(self, entry: dict[str, Any], where: str) -> Pace | str | None:
        told, at = entry.get("pace", "none"), f"{where}.pace"
        if told in ("none", RESONANCE):
            return None if told == "none" else RESONANCE
        if not isinstance(told, dict):
            self.fault(
                at,
                f"{shown(told)} is no pace.",
                'Write { in_s = 4, out_s = 6 }, "resonance" or "none".',
            )
            return None
        self.known("pace", at, told)
        in_s, out_s = told.get("in_s"), told.get("out_s")
        if not (isinstance(in_s, int | float) and isinstance(out_s, int | float)):
            self.fault(at, "in_s and out_s are numbers.", "Write { in_s = 4, out_s = 6 }.")
            return None
        try:
            breathe.command(in_s, out_s, 1, False, None)
        except InputError as error:
            self.fault(at, error.what, error.next_step)
        return Pace(in_s, out_s)

    def _sequence(
        self, table: dict[str, Any], blocks: dict[str, Block], permute: tuple[tuple[str, ...], ...]
    ) -> tuple[str, ...]:
        names = self.strings(table, "sequence") if "sequence" in table else list(blocks)
        if len(names) > MOST_SEQUENCE:
            self.fault("sequence", "it is too long.", f"{MOST_SEQUENCE} names at most.")
        self.are_blocks("sequence", names, blocks)
        for name in blocks.keys() - set(names):
            self.fault("sequence", f"{name} never comes.", "Put it in, or leave the block out.")
        drawn = {name: group for group in permute for name in group}
        for name, following in itertools.pairwise(
            names * (2 if table.get("repeat", 1) != 1 else 1)
        ):
            its = [one for one in drawn.get(name, (name,)) if one in blocks]
            if name == following and not all(blocks[one].lead_s for one in its):
                self.fault(
                    "sequence",
                    f"{name} follows itself at once: the journal could not tell the two apart.",
                    "Give the block a lead_s, or make it one longer block.",
                )
        return tuple(names)

    def _permute(
        self, table: dict[str, Any], blocks: dict[str, Block]
    ) -> tuple[tuple[str, ...], ...]:
        groups = table.get("permute", [])
        if not (isinstance(groups, list) and all(is_names(group) for group in groups)):
            self.fault("permute", "it is no list of lists.", 'Write [["one", "other"]].')
            return ()
        names = [name for group in groups for name in group]
        self.are_blocks("permute", names, blocks)
        if len(set(names)) < len(names) or any(len(group) < 2 for group in groups):
            self.fault(
                "permute",
                "each group has two names at least, and each name comes once.",
                'Write [["one", "other"]].',
            )
        return tuple(tuple(group) for group in groups)
