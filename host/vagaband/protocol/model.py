"""What a protocol is, once its file has been read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

LANGUAGES = ("en", "nl")
RESONANCE = "resonance"  # a block in which the device paces at several rates, in an order it draws

Text = Mapping[str, str]  # by language


@dataclass(frozen=True)
class Pace:
    """Breathing in and out for so long, paced by the device."""

    in_s: float
    out_s: float


@dataclass(frozen=True)
class Role:
    """Someone who takes part. `device`: "yes" must wear one, "optional" may, "no" never does."""

    name: str
    title: Text
    device: str


@dataclass(frozen=True)
class Block:
    """A stretch with one instruction. `roles` tells single roles what they do, by their name.

    `lead_s` is the time to read before it begins, 0: it follows the one before at once. `wait`:
    it does not begin until someone presses Enter.
    """

    name: str
    seconds: int
    title: Text
    instruction: Text
    roles: Mapping[str, Text]
    pace: Pace | str | None  # a pace, RESONANCE, or none
    lead_s: int
    wait: bool
    challenge: bool


@dataclass(frozen=True)
class Protocol:
    """A file. The plan is `sequence`, `repeat` times, where the names within each tuple of
    `permute` have changed places as a seed decides."""

    name: str
    title: Text
    about: Text
    safety: Text
    sources: tuple[str, ...]
    roles: tuple[Role, ...]
    blocks: Mapping[str, Block]
    sequence: tuple[str, ...]
    repeat: int
    permute: tuple[tuple[str, ...], ...]
    digest: str  # of the file: what is resumed must be the same

    @cached_property
    def wearers(self) -> tuple[Role, ...]:
        """Roles that may wear a device, those who must first."""
        ranks = {"yes": 0, "optional": 1}
        worn = [role for role in self.roles if role.device in ranks]
        return tuple(sorted(worn, key=lambda role: ranks[role.device]))

    @property
    def devices(self) -> int:
        """How many it needs."""
        return sum(role.device == "yes" for role in self.roles)

    @property
    def seconds(self) -> int:
        """How long its blocks take together, with the time to read; not what is waited for."""
        blocks = [self.blocks[name] for name in self.sequence]
        return self.repeat * sum(block.seconds + block.lead_s for block in blocks)
