"""The keys of the one client that the strap is bonded with."""

import binascii
import os

from . import config

FILE = "/vagal.bonds"


class Bonds:
    """Kept in memory for the radio's stack, which asks amid anything else; `save()` writes them.

    There is one peer. Another one's keys are taken, so that the stack goes on, but not kept:
    then `foreign` is True, and the app sends that client away.
    """

    def __init__(self) -> None:
        self._kept = _load()  # (kind, peer, secret); what kinds there are is the stack's affair
        self.foreign = False
        self.unsaved = False

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, kind: int, index: int, peer):
        """The secret of a kind for a peer; without one the index-th of that kind; else None."""
        for k, name, secret in self._kept:
            if k == kind and (name == peer if peer is not None else index == 0):
                return secret
            if k == kind and peer is None:
                index -= 1
        return None

    def put(self, kind: int, peer, secret) -> bool:
        """Keep a secret, or remove it where it is None; False where there was none."""
        name = bytes(peer)
        others = [one for one in self._kept if one[:2] != (kind, name)]
        if secret is None:
            removed = len(others) < len(self._kept)
            self._keep(others)
            return removed
        if others and others[0][1] != name:
            self.foreign = True
        else:
            self._keep(others + [(kind, name, bytes(secret))])  # noqa: RUF005
        return True

    def _keep(self, secrets: list) -> None:
        self._kept = secrets
        self.unsaved = True

    def save(self) -> None:
        """Write to flash what has changed; OSError where that fails."""
        if self.unsaved:
            self.unsaved = False
            lines = [
                "%d %s %s\n" % (kind, _hex(name), _hex(secret))
                for kind, name, secret in self._kept
            ]
            config.replace(FILE, "".join(lines))

    def forget(self) -> None:
        """Forget the peer: the next one that pairs is let in."""
        self._kept = []
        self.unsaved = False
        try:
            os.remove(FILE)
        except OSError:
            pass  # there was none


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode()


def _load() -> list:
    """The secrets on flash; none where the file can't be read."""
    found = []
    try:
        with open(FILE) as f:
            for line in f:
                kind, name, secret = line.split()
                found.append((int(kind), binascii.unhexlify(name), binascii.unhexlify(secret)))
    except (OSError, ValueError):
        return []
    return found
