"""The order of a protocol's blocks: repetition, and what a seed decides."""

import random

from vagaband.protocol.model import Block, Protocol

MOST_SEED = 65535


def plan(protocol: Protocol, seed: int) -> tuple[Block, ...]:
    """The blocks in the order in which they come; the same for the same seed.

    The names in each group of `permute` change places all over the sequence: ABAB stays ABAB or
    becomes BABA, so that who begins is drawn and nothing else.
    """
    draw = random.Random(seed)
    takes_place = {name: name for name in protocol.blocks}
    for group in protocol.permute:
        takes_place |= dict(zip(group, draw.sample(group, len(group)), strict=True))
    return (
        tuple(protocol.blocks[takes_place[name]] for name in protocol.sequence) * protocol.repeat
    )


def drawn_seed() -> int:
    """A seed from the system's own chance."""
    return random.SystemRandom().randint(0, MOST_SEED)
