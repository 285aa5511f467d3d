"""The firmware's `bluetooth`: the peripheral's side of MicroPython's module, as on the ESP32.

Handles, errors and events are those of the NimBLE stack beneath it: a radio that is off refuses
with ENODEV, one whose buffers are full with ENOMEM; data of an event is valid in its handler only;
a client's subscription is not told. Scanning and the client's side are not there.
"""

import sys

FLAG_READ = 0x0002
FLAG_WRITE_NO_RESPONSE = 0x0004
FLAG_WRITE = 0x0008
FLAG_NOTIFY = 0x0010
FLAG_INDICATE = 0x0020

CENTRAL_CONNECT, CENTRAL_DISCONNECT, MTU_EXCHANGED = 1, 2, 21
ENCRYPTION_UPDATE, GET_SECRET, SET_SECRET = 28, 29, 30

EIO, ENOMEM, EBUSY, ENODEV, EINVAL, EALREADY, ENOTCONN = 5, 12, 16, 19, 22, 114, 107
OWN_HANDLES = 15  # of the stack: the services 0x1800 and 0x1801
STARTS_US = 150_000  # so long the radio takes to start
NOTIFY_US = 400
ADVERTISED_BYTES = 31
ASKED_US = 60_000  # from a request for security to the client's answer

_world = None
_ble: "BLE"


def bind(world):
    """Gives this module its world, whose air carries what it sends."""
    global _world, _ble
    _world = world
    _ble = object.__new__(BLE)
    _ble.start()
    world.air.board = _ble


class UUID:
    """A Bluetooth UUID of 16 bits."""

    def __init__(self, value):
        if not isinstance(value, int):
            raise NotImplementedError("the virtual board has UUIDs of 16 bits only")
        self.value = value

    def __eq__(self, other):
        return isinstance(other, UUID) and self.value == other.value

    def __hash__(self):
        return self.value

    def __repr__(self):
        return "UUID(0x%04x)" % self.value


class Characteristic:
    """What is registered: its handle, its rights, its value."""

    def __init__(self, uuid, flags, handle):
        self.uuid, self.flags, self.handle = uuid.value, flags, handle
        self.data = b""


class BLE:
    """The radio; there is one."""

    def __new__(cls):
        return _ble

    def start(self):
        """As after a reset."""
        self._active = False
        self._handler = None
        self._advertised = b""
        self._advertising = False
        self._characteristics = {}
        self._security = {"bond": False, "mitm": False, "le_secure": False, "io": 3}
        self._config = {"gap_name": b"MPY ESP32", "rxbuf": 512, "mtu": 256, "addr_mode": 0}
        self.clients = {}  # by connection

    # MicroPython's methods

    def active(self, on=None):
        """Gets or sets whether the radio is on."""
        if on is not None and bool(on) != self._active:
            if on:
                handler, config, security = self._handler, self._config, self._security
                self.start()
                self._handler, self._config, self._security = handler, config, security
                self._active = True
                _world.advance(STARTS_US)
            else:
                self._active = self._advertising = False
                for client in list(self.clients.values()):
                    client.lost()
                self.clients = {}
            _world.air.note("board", "on" if on else "off")
        return self._active

    def config(self, name=None, **values):
        """Gets one setting, or sets some."""
        if name == "mac":
            self._check()
            return (0, _world.air.address)
        if name is not None:
            if name not in self._config:
                raise ValueError("unknown config param")
            return self._config[name]
        for key, value in values.items():
            if key in self._security:
                self._security[key] = value
            elif key == "gap_name":
                self._config[key] = value.encode() if isinstance(value, str) else bytes(value)
            elif key in self._config:
                self._check()
                self._config[key] = value
            else:
                raise ValueError("unknown config param")
        return None

    def irq(self, handler):
        """Sets who is told."""
        self._handler = handler

    def gap_advertise(self, interval_us, adv_data=None, *, resp_data=None, connectable=True):
        """Starts advertising, or stops where the interval is None."""
        self._check()
        if interval_us is None:
            if self._advertising:
                self._advertising = False
                _world.air.note("board", "quiet")
            return
        if adv_data is not None:
            if len(adv_data) > ADVERTISED_BYTES:
                raise OSError(EIO)
            self._advertised = bytes(adv_data)
        self._advertising = bool(connectable)
        _world.air.note("board", "advertise", self._advertised)

    def gap_disconnect(self, connection):
        """Ends a connection; False where there is none."""
        self._check()
        client = self.clients.get(connection)
        if client is None:
            return False
        client.lost()
        self.disconnected(connection)
        return True

    def gap_pair(self, connection):
        """Asks the client for security: a bonded one encrypts, another one asks its user."""
        self._check()
        client = self._client(connection)
        if client.encrypted:
            raise OSError(EALREADY)
        _world.air.later(ASKED_US, client.asked)

    def gatts_register_services(self, services):
        """Replaces the services; a tuple of value handles for each."""
        self._check()
        if self._advertising or self.clients:
            raise OSError(EBUSY)
        self._characteristics = {}
        handle = OWN_HANDLES
        told = []
        for _, characteristics in services:
            handle += 1
            handles = []
            for uuid, flags, *descriptors in characteristics:
                handle += 2
                self._characteristics[handle] = Characteristic(uuid, flags, handle)
                handles.append(handle)
                if flags & (FLAG_NOTIFY | FLAG_INDICATE):
                    handle += 1  # the client's configuration, which the stack keeps to itself
                if descriptors:
                    raise NotImplementedError("the virtual board has no descriptors")
            told.append(tuple(handles))
        return tuple(told)

    def gatts_read(self, handle):
        """The value there."""
        return self._value(handle).data

    def gatts_write(self, handle, data, send_update=False):
        """Sets the value there; with `send_update` those who subscribed are notified."""
        self._value(handle).data = bytes(data)
        if send_update:
            for connection, client in self.clients.items():
                if self._value(handle).uuid in client.subscribed:
                    try:
                        self.gatts_notify(connection, handle)
                    except OSError:
                        pass  # the stack keeps that to itself

    def gatts_notify(self, connection, handle, data=None):
        """Sends a value, whether the client subscribed to it or not."""
        self._check()
        value = self._value(handle)
        client = self._client(connection)
        _world.advance(NOTIFY_US)
        if _world.faulty("ble"):
            raise OSError(ENOMEM)
        if connection in self.clients:  # it may have gone meanwhile
            client.notified(value.uuid, bytes(value.data if data is None else data))

    def gatts_set_buffer(self, handle, length, append=False):
        """Sets how much a client may write there."""
        self._value(handle)

    # what the stack does when something comes in over the air

    @property
    def advertising(self):
        """Whether a client may connect."""
        return self._advertising

    @property
    def bonds(self):
        """Whether pairing leaves a bond."""
        return self._security["bond"]

    def characteristic(self, uuid):
        """What is registered for a UUID, or None."""
        for value in self._characteristics.values():
            if value.uuid == uuid:
                return value
        return None

    def connected(self, client):
        """A client connects: advertising stops; its connection."""
        connection = 0
        while connection in self.clients:
            connection += 1
        self._advertising = False
        self.clients[connection] = client
        self.tell(CENTRAL_CONNECT, (connection, 0), client.address)
        return connection

    def disconnected(self, connection):
        """A connection has ended."""
        client = self.clients.pop(connection)
        self.tell(CENTRAL_DISCONNECT, (connection, 0), client.address)

    def tell(self, event, numbers, *buffers):
        """Calls the handler; buffers are cleared behind it."""
        if self._handler is None or not self._active:
            return None
        copies = [None if data is None else bytearray(data) for data in buffers]
        views = [None if copy is None else memoryview(copy) for copy in copies]
        try:
            return self._handler(event, tuple(numbers) + tuple(views))
        except Exception as error:
            sys.print_exception(error)
            return None
        finally:
            for copy in copies:
                for i in range(len(copy or b"")):
                    copy[i] = 0

    def secret(self, kind, peer):
        """What the firmware keeps for a peer, or None."""
        found = self.tell(GET_SECRET, (kind, 0), peer)
        return None if found is None else bytes(found)

    def keep_secret(self, kind, peer, value):
        """Gives the firmware a secret to keep, or to remove where it is None."""
        return bool(self.tell(SET_SECRET, (kind,), peer, value))

    def encrypted(self, connection, on, bonded):
        """A connection is encrypted now, or could not be."""
        self.tell(ENCRYPTION_UPDATE, (connection, int(on), 0, int(bonded), 16 if on else 0))

    def _check(self):
        if not self._active:
            raise OSError(ENODEV)

    def _client(self, connection):
        if connection not in self.clients:
            raise OSError(ENOTCONN)
        return self.clients[connection]

    def _value(self, handle):
        self._check()
        if handle not in self._characteristics:
            raise OSError(EINVAL)
        return self._characteristics[handle]
