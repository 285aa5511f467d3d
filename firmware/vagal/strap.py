"""A heart-rate strap over Bluetooth LE, for any app: heart rate, RR intervals, battery.

Heart Rate Service 1.0, Battery Service 1.0, Device Information Service 1.1. The intervals are the
corrected ones that were not flagged, each once and in order; strap.md of the PC package says what
an app gets.
"""

from array import array

from micropython import const

from . import contact
from .bonds import Bonds
from .intervals import GAP, OK

STRAP = const(22)  # event code; arg: the state from here on; value: intervals dropped so far

OFF = const(0)  # states
WAITING = const(1)  # for a client: the radio is on
LISTENED = const(2)  # a client is there, bonded and encrypted
STATES = ("off", "waiting", "client")

_CONNECT = const(1)  # MicroPython's events
_DISCONNECT = const(2)
_ENCRYPTION = const(28)
_GET_SECRET = const(29)
_SET_SECRET = const(30)
_READ = const(0x0002)
_NOTIFY = const(0x0010)
_READ_ENCRYPTED = const(0x0200)
_NO_INPUT_OUTPUT = const(3)

_FINGER = const(3)  # body sensor location
_WIDE = const(0x01)  # flags of a measurement: 16 bits of heart rate
_NO_CONTACT = const(0x04)  # contact is supported, and not detected
_CONTACT = const(0x06)  # supported and detected
_RR = const(0x10)

_ADVERTISE_US = const(417500)  # one of the intervals that phones look out for
_EVERY_US = const(1000000)  # between measurements
_PATIENCE_US = const(60000000)  # so long a client may take to pair
_PAYLOAD = const(20)  # bytes that every client takes: an ATT MTU of 23
_RING = const(64)  # intervals that wait where the radio is busy: about a minute; a power of 2
_MINUTE = const(480000)  # in 1/8 ms

# Flags (for all to find, no classic Bluetooth), the heart rate service, appearance: heart rate
# sensor. The name follows.
_ADVERTISED = b"\x02\x01\x06\x03\x03\x0d\x18\x03\x19\x40\x03"


def _services(uuid) -> tuple:
    """Heart rate, device information, battery: as gatts_register_services() takes them."""
    return (
        (uuid(0x180D), ((uuid(0x2A37), _NOTIFY), (uuid(0x2A38), _READ | _READ_ENCRYPTED))),
        (uuid(0x180A), ((uuid(0x2A29), _READ), (uuid(0x2A26), _READ))),
        (uuid(0x180F), ((uuid(0x2A19), _READ | _READ_ENCRYPTED | _NOTIFY),)),
    )


class Strap:
    """Off until `set(True)`. Tell it each corrected interval, and call `step()` each turn.

    `new_radio()` gives MicroPython's module bluetooth. The radio's events come amid anything
    else: they only set what step() then acts on. MicroPython does not tell which notifications a
    client wants, so one that is bonded and encrypted is taken to listen.
    """

    def __init__(self, new_radio, device: str, version: str) -> None:
        self._new_radio = new_radio
        self.name = "vagaband " + device[-4:].upper()
        self._version = version
        self._ble = None
        self._services = ()
        self.bonds = Bonds()
        self.fault = ""  # why the radio can't be switched on
        self.sent = 0  # intervals, since it was switched on
        self.dropped = 0  # that found no room while a client listened
        self._percent = -1
        self._rr = array("H", [0] * _RING)  # 1/1024 s
        self._first = 0
        self._n = 0
        self._rest = 0  # what the last conversion left, in 1/128000 s
        self._period = 0  # mean of recent heart periods in 1/8 ms; 0: none
        self._payload = bytearray(_PAYLOAD)
        self._view = memoryview(self._payload)
        self._told = OFF  # to the journal of session
        self._session = 0
        self._clear()

    def _clear(self) -> None:
        self._offered = False  # the services are there
        self._calling = False  # it advertises
        self._client = -1  # its connection
        self._second = -1  # of another one, which is sent away
        self._greeted = True
        self._bonded = 0  # 1: encrypted with a bond; -1: without
        self._listened = False
        self._measurement = -1  # handles
        self._level = -1
        self._level_due = False
        self._since_us = 0  # the last measurement, or the client's coming

    @property
    def state(self) -> int:
        """OFF, WAITING or LISTENED."""
        return OFF if self._ble is None else LISTENED if self._listened else WAITING

    def set(self, on) -> None:
        """Switch the radio on or off; `fault` says why where that fails. The bond stays."""
        self.fault = ""
        if on and self._ble is None:
            self._start()
        elif not on and self._ble:
            self._ble.active(False)
            self._ble = None
            self._clear()

    def _start(self) -> None:
        self.sent = self.dropped = 0
        self._clear()
        ble = None
        try:
            bluetooth = self._new_radio()
            self._services = _services(bluetooth.UUID)
            ble = bluetooth.BLE()
            ble.irq(self._happened)
            ble.active(True)
            ble.config(gap_name=self.name)
            ble.config(bond=True, mitm=False, le_secure=True, io=_NO_INPUT_OUTPUT)
            self._ble = ble
        except Exception as e:
            self.fault = "the radio does not start: %s" % (str(e) or type(e).__name__)
            if ble:
                ble.active(False)

    def forget(self) -> None:
        """Forget the client; where it is connected it is sent away."""
        self.bonds.forget()
        self._bonded = -1

    def battery(self, percent) -> None:
        """The battery's charge, or None; there is no battery service until it was known."""
        if percent is None or percent == self._percent:
            return
        if self._percent < 0:
            self._offered = False
        self._percent = percent
        self._level_due = True

    def interval(self, ibi: int, flag: int) -> None:
        """Take a corrected interval of 1/8 ms."""
        if self._ble is None:
            return
        if flag != OK:
            if flag == GAP:
                self._period = 0
            return
        self._period += (ibi - self._period + 2) >> 2 if self._period else ibi
        if not self._listened:
            return
        if self._n == _RING:
            self._drop(1)
            self.dropped += 1
        ticks = ibi * 16 + self._rest  # 1/8 ms are 16 / 125 of 1/1024 s
        self._rest = ticks % 125
        self._rr[(self._first + self._n) & (_RING - 1)] = ticks // 125
        self._n += 1

    def _drop(self, n: int) -> None:
        self._first = (self._first + n) & (_RING - 1)
        self._n -= n

    def _happened(self, event: int, data):
        """What the radio tells."""
        if event == _GET_SECRET:
            return self.bonds.get(*data)
        if event == _SET_SECRET:
            return self.bonds.put(*data)
        if event == _CONNECT:
            if self._client >= 0:
                self._second = data[0]
                return None
            self.bonds.foreign = False
            self._bonded = 0
            self._greeted = self._calling = False
            self._client = data[0]
        elif event == _DISCONNECT and data[0] == self._client:
            self._client = -1
        elif event == _ENCRYPTION and data[0] == self._client:
            self._bonded = 1 if data[1] and data[3] else -1 if data[1] else 0
        return None

    def step(self, recorder, lap_us: int) -> None:
        """Serve the client; `recorder` is the session's, or None, `lap_us` the time since."""
        if self._ble:
            self._since_us = min(self._since_us + lap_us, _PATIENCE_US)
            try:
                self._serve(self._ble, recorder)
            except OSError:
                pass  # the radio is busy or the client just went: tried again a turn later
        session = recorder.journal.session if recorder else 0
        if session != self._session:
            self._session = session
            self._told = OFF
        state = self.state
        if recorder and state != self._told:
            self._told = state
            recorder.event(STRAP, state, self.dropped)

    def _serve(self, ble, recorder) -> None:
        self.bonds.save()
        client = self._client
        if client < 0 or not self._greeted or self._bonded < 1:
            self._listened = False
        if self._second >= 0:
            second = self._second
            self._second = -1
            ble.gap_disconnect(second)
        if client < 0:
            self._offer(ble)
        elif not self._greeted:
            self._greeted = True
            self._since_us = 0
            ble.gap_pair(client)  # asks a bonded one to encrypt
        elif self._listened:
            self._send(ble, client, recorder)
        elif self._bonded < 0 or self.bonds.foreign or self._since_us == _PATIENCE_US:
            ble.gap_disconnect(client)
        elif self._bonded:
            self._listen()

    def _listen(self) -> None:
        """From here on each interval is for the client."""
        self._listened = True
        self._level_due = self._percent >= 0
        self._n = 0
        self._rest = 62  # half of 1/1024 s: to the nearest
        self._since_us = 0

    def _offer(self, ble) -> None:
        """Set the services up, where they are not, and advertise."""
        if not self._offered:
            self._calling = False
            ble.gap_advertise(None)
            known = self._percent >= 0
            handles = ble.gatts_register_services(self._services[: 3 if known else 2])
            self._measurement, location = handles[0]
            ble.gatts_write(location, bytes((_FINGER,)))
            ble.gatts_write(handles[1][0], b"vagaband")
            ble.gatts_write(handles[1][1], self._version.encode())
            if known:
                self._level = handles[2][0]
                ble.gatts_write(self._level, bytes((self._percent,)))
            self._offered = True
        if not self._calling:
            name = self.name.encode()
            ble.gap_advertise(_ADVERTISE_US, _ADVERTISED + bytes((len(name) + 1, 0x09)) + name)
            self._calling = True

    def _send(self, ble, client: int, recorder) -> None:
        """Notify of what is due; what the radio does not take stays for the next turn."""
        if self._level_due and self._level >= 0:
            ble.gatts_write(self._level, bytes((self._percent,)))
            ble.gatts_notify(client, self._level)
            self._level_due = False
        if self._since_us < _EVERY_US and self._n < (_PAYLOAD - 2) // 2:
            return
        shown = recorder.pipeline.contact.shown if recorder else contact.OFF
        rr = self._measure(shown)
        length = 2 + (self._payload[0] & _WIDE) + 2 * rr
        ble.gatts_notify(client, self._measurement, self._view[:length])
        self._drop(rr)
        self.sent += rr
        self._since_us = 0

    def _measure(self, shown: int) -> int:
        """Lay a measurement down; how many of the waiting intervals are in it."""
        payload = self._payload
        touched = shown in (contact.ON, contact.WEAK)
        if not touched:
            self._period = 0
        rate = (_MINUTE + self._period // 2) // self._period if self._period else 0
        if shown != contact.ON:
            rate = 0
        flags = _CONTACT if touched else _NO_CONTACT
        at = 1
        payload[at] = rate & 0xFF
        at += 1
        if rate > 0xFF:
            flags |= _WIDE
            payload[at] = rate >> 8
            at += 1
        n = min(self._n, (_PAYLOAD - at) // 2)
        if n:
            flags |= _RR
        payload[0] = flags
        for i in range(n):
            rr = self._rr[(self._first + i) & (_RING - 1)]
            payload[at] = rr & 0xFF
            payload[at + 1] = rr >> 8
            at += 2
        return n
