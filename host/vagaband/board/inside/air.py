"""What is near the virtual board's radio: two phones, which the script moves, and a record.

Each line of the record is `us since the world began,who,what,hex`. What the board sends goes by
the name of who gets it; `unheard` is a notification that was not subscribed to, which a phone
drops.
"""

from binascii import hexlify

DEFAULT_MTU = 23
READ_ENCRYPTED = 0x0200  # a right of a characteristic
SECRET_BYTES = 80  # as the stack lays a bond down
OURS, THEIRS = 1, 2  # kinds of secret
MOST_REMOVALS = 8  # a firmware that claims to remove a secret for ever hangs its stack


class Air:
    """`do(words)` is the script's action; `later()` what comes of itself."""

    def __init__(self, world, file, seed, state):
        self._world = world
        self._file = file
        self.address = bytes((0x24, 0x0A, 0xC4, 0, seed >> 8 & 0xFF, seed & 0xFF))
        self.board = None  # its radio
        self._due = None
        self._phones = {
            name: Phone(self, name, bytes((0xC0, 0xFF, 0xEE, 0, 0, i)), (state or {}).get(name))
            for i, name in enumerate(("phone", "second"))
        }
        self.note("board", "boot")

    def state(self):
        """What the phones remember, whatever happens to the board."""
        return {name: phone.bond for name, phone in self._phones.items()}

    def do(self, words):
        """One action of a phone, as in `connect`, `second pair`, `read 2a19`."""
        words = words.split()
        if words[0] == "full":
            self._world.fail("ble", int(float(words[1]) * 1_000_000))
            return
        name = words.pop(0) if words[0] == "second" else "phone"
        getattr(self._phones[name], "do_" + words[0])(*words[1:])

    def note(self, who, what, data=b""):
        """Writes a line of the record."""
        if self._file:
            hexes = hexlify(data).decode()
            self._file.write("%d,%s,%s,%s\n" % (self._world.now_us, who, what, hexes))
            self._file.flush()

    def later(self, us, action):
        """Something happens by itself in a while."""
        self._due = action
        self._world.expect_air(self._world.now_us + us)

    def happen(self):
        """That moment has come."""
        self._due()


class Phone:
    """A client; `bond` is what it remembers of the board over connections."""

    def __init__(self, air, name, address, bond):
        self.air = air
        self.name = name
        self.address = address
        self.bond = bond
        self._forget_connection()

    def _forget_connection(self):
        self._connection = -1
        self.encrypted = False
        self.subscribed = set()
        self._mtu = DEFAULT_MTU

    @property
    def _key(self):
        """How the stack names this peer in the store: type and address, low byte first."""
        return b"\0" + bytes(reversed(self.address))

    def _note(self, what, data=b""):
        self.air.note(self.name, what, data)

    def _there(self):
        return self._connection >= 0

    # what its user does

    def do_connect(self):
        """It connects, where the board is to be seen."""
        board = self.air.board
        if self._there() or not board.advertising:
            self._note("unseen")
            return
        self._note("connect")
        self._connection = 0  # it may be disconnected amid the next line
        self._connection = board.connected(self)

    def do_disconnect(self):
        """It leaves, or goes out of reach."""
        if self._there():
            connection = self._connection
            self.lost()
            self.air.board.disconnected(connection)

    def do_pair(self):
        """Its user agrees to pair: new keys for both, where the board wants a bond."""
        if not self._there():
            return
        board = self.air.board
        if board.bonds:
            for _ in range(MOST_REMOVALS):
                if board.secret(THEIRS, self._key) is None:
                    break
                board.keep_secret(THEIRS, self._key, None)
                board.keep_secret(OURS, self._key, None)
            else:
                raise RuntimeError("a bond that is never removed: the stack would hang")
            first = self.air.address[5] + len(self.name)
            self.bond = bytes((first + 7 * i) & 0xFF for i in range(SECRET_BYTES))
            for kind in (OURS, THEIRS):
                if not board.keep_secret(kind, self._key, self.bond):
                    raise RuntimeError("a bond that is never kept: the stack would hang")
        self._encrypt(True, board.bonds)

    def do_unpair(self):
        """Its user forgets the board."""
        self.bond = None

    def do_subscribe(self, uuid="2a37"):
        """It wants notifications."""
        if self._there() and self.air.board.characteristic(int(uuid, 16)):
            self.subscribed.add(int(uuid, 16))
            self._note("subscribe " + uuid)

    def do_unsubscribe(self, uuid="2a37"):
        """It wants them no more."""
        self.subscribed.discard(int(uuid, 16))
        self._note("unsubscribe " + uuid)

    def do_read(self, uuid):
        """It reads a value, where it may."""
        value = self._there() and self.air.board.characteristic(int(uuid, 16))
        if not value or (value.flags & READ_ENCRYPTED and not self.encrypted):
            self._note("refused " + uuid)
        else:
            self._note("read " + uuid, value.data)

    # what the board does to it

    def asked(self):
        """The board wants security: it encrypts where it remembers the board."""
        if self._there() and not self.encrypted and self.bond:
            known = self.air.board.secret(OURS, self._key) == self.bond
            self._encrypt(known, known)

    def _encrypt(self, on, bonded):
        self.encrypted = on
        self._note("encrypt" if on else "unencrypted")
        self.air.board.encrypted(self._connection, on, bonded)

    def notified(self, uuid, data):
        """A notification comes."""
        name = "%04x" % uuid
        self._note(name if uuid in self.subscribed else "unheard " + name, data[: self._mtu - 3])

    def lost(self):
        """The connection has ended."""
        self._forget_connection()
        self._note("disconnect")
