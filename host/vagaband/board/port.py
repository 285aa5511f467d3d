"""The board's serial port: an RFC 2217 server for one client, with the line's baud rate."""

import contextlib
import select
import socket
import time

from serial import rfc2217

from vagaband.board.line_faults import LineFaults
from vagaband.board.reset_circuit import ResetCircuit
from vagaband.errors import DeviceError

REFUSAL = b"\r\nvagaband board: another client is attached; close it first.\r\n"
QUEUE_BYTES = 4096  # more than this waiting in a direction stops the reading of its source
HOST_BYTES = 64 << 10  # so much the host's own system keeps for a program that does not read
DEAF_S = 0.25  # and one that has read nothing for so long is not only slow
BITS_PER_BYTE = 10
OUTWARD_BURST_S = 0.1  # a PC that has much to do may let the board wait so long
FASTEST_BAUD = 2_000_000  # what a CH340 does


class Bucket:
    """How many bytes a line of `bytes_per_s` may carry now; at most `burst_s` seconds' worth."""

    def __init__(self, bytes_per_s: float, burst_s: float = 0.02) -> None:
        self.bytes_per_s = bytes_per_s
        self._burst_s = burst_s
        self._credit = 0.0
        self._at_s = time.monotonic()
        self.factor = 1.0  # real seconds carry this many seconds of the line; 0: no limit

    def take(self, wanted: int) -> int:
        """How many of `wanted` bytes may go now."""
        if not self.factor:
            return wanted
        now_s = time.monotonic()
        rate = self.bytes_per_s * self.factor
        earned = (now_s - self._at_s) * rate
        self._credit = min(self._credit + earned, max(1.0, rate * self._burst_s))
        self._at_s = now_s
        given = min(wanted, int(self._credit))
        self._credit -= given
        return given


class Lines:
    """The port's settings and control lines, as pyserial's PortManager wants to see them."""

    baudrate, bytesize, parity, stopbits = 115200, 8, "N", 1
    xonxoff = rtscts = False
    cts = dsr = cd = True
    ri = False
    break_condition = False

    def __init__(self, port: "Port") -> None:
        self._port = port
        self._dtr = self._rts = False

    @property
    def dtr(self) -> bool:
        """Data Terminal Ready."""
        return self._dtr

    @dtr.setter
    def dtr(self, on: bool) -> None:
        self._dtr = on
        self._port.reset_circuit.set_dtr(on, time.monotonic())

    @property
    def rts(self) -> bool:
        """Request To Send."""
        return self._rts

    @rts.setter
    def rts(self, on: bool) -> None:
        self._rts = on
        self._port.reset_circuit.set_rts(on, time.monotonic())

    def reset_input_buffer(self) -> None:
        """What the board sent and the host has not had yet is dropped."""
        self._port.to_host.clear()

    def reset_output_buffer(self) -> None:
        """What the host sent and the board has not had yet is dropped."""
        self._port.to_board.clear()


class Port:
    """A listening socket and at most one client; `to_host` and `to_board` are the bytes waiting.

    `write` is what PortManager calls to send its own telnet commands. What the client sends or
    would receive at a rate above `fastest_baud` is lost, as with a poor USB bridge. A UART sends
    whether the host reads or not: what a host leaves lying beyond its buffers is lost, and the
    board never waits for it. `line_faults`: rates, see `line_faults.parse`.
    """

    def __init__(
        self,
        baud: int,
        tcp_port: int = 0,
        fastest_baud: int = FASTEST_BAUD,
        line_faults: dict[str, float] | None = None,
        seed: int = 1,
    ) -> None:
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.listener.bind(("127.0.0.1", tcp_port))
        except OSError as error:
            self.listener.close()
            raise DeviceError(
                f"TCP port {tcp_port} can't be opened ({error.strerror}).", "Choose another one."
            ) from None
        self.listener.listen(4)
        self.listener.setblocking(False)
        self.client: socket.socket | None = None
        self.to_host = bytearray()
        self.to_board = bytearray()
        self._wire = bytearray()
        self._manager: rfc2217.PortManager | None = None
        self._lines = Lines(self)
        self._fastest_baud = fastest_baud
        self._baud = baud
        self._heard_s = time.monotonic()  # when the client last took bytes
        self.lossy = True  # what a host leaves lying is lost; esptool's blocks are never left
        self.reset_circuit = ResetCircuit()
        self.outward = Bucket(baud / BITS_PER_BYTE, OUTWARD_BURST_S)
        self.inward = Bucket(baud / BITS_PER_BYTE)
        self._faults_out = LineFaults(line_faults or {}, 2 * seed)
        self._faults_in = LineFaults(line_faults or {}, 2 * seed + 1)

    @property
    def url(self) -> str:
        """What a host opens."""
        return f"rfc2217://127.0.0.1:{self.listener.getsockname()[1]}"

    @property
    def host_baud(self) -> int:
        """The rate that the client has set."""
        return self._lines.baudrate

    def set_rate(self, bootloader: bool) -> None:
        """The line's rate: the board's own; a bootloader follows the host to a higher one."""
        baud = max(self._baud, self.host_baud) if bootloader else self._baud
        self.outward.bytes_per_s = self.inward.bytes_per_s = baud / BITS_PER_BYTE

    def write(self, data: bytes) -> None:
        """Telnet's own bytes for the client."""
        self._wire += data

    def accept(self) -> None:
        """Takes the waiting client, or tells it that another one is there."""
        try:
            sock, _ = self.listener.accept()
        except OSError:
            return
        if self.client is not None:
            self._notice_departure()
        if self.client is not None:
            with contextlib.suppress(OSError):
                sock.sendall(REFUSAL)
            sock.close()
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HOST_BYTES)
        sock.setblocking(False)
        self.client = sock
        self.to_host.clear()
        self._wire.clear()
        self._lines = Lines(self)
        self._manager = rfc2217.PortManager(self._lines, self)  # type: ignore[arg-type]

    def _notice_departure(self) -> None:
        """Reads what the client has left to say: it may have gone already."""
        while self.client is not None and select.select([self.client], [], [], 0)[0]:
            self.receive()

    def receive(self) -> None:
        """Takes bytes from the client; an end of file is its departure."""
        if self.client is None or self._manager is None:
            return
        try:
            data = self.client.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.drop_client()
            return
        plain = self._manager.mode == rfc2217.M_NORMAL and self._manager.suboption is None
        if plain and rfc2217.IAC not in data:  # most of an image: no need to look at each byte
            received = data
        else:
            received = b"".join(self._manager.filter(data))
        if self.host_baud <= self._fastest_baud:
            self.to_board += self._faults_in.spoil(received)

    def drop_client(self) -> None:
        """Ends the connection; bytes for the board stay and are still delivered."""
        if self.client is not None:
            self.client.close()
            self.reset_circuit.release(time.monotonic())
        self.client = self._manager = None
        self.to_host.clear()
        self._wire.clear()

    def send(self) -> None:
        """Sends the client what the line can carry now."""
        if self.client is None or self._manager is None:
            self.to_host.clear()
            return
        deaf = self._is_deaf()
        if deaf or len(self._wire) < HOST_BYTES:
            if self.host_baud > self._fastest_baud:
                self.to_host.clear()
            count = self.outward.take(len(self.to_host))
            if count and not deaf:
                sent = self._faults_out.spoil(bytes(self.to_host[:count]))
                self._wire += sent.replace(b"\xff", b"\xff\xff")
            del self.to_host[:count]
        if self._wire:
            try:
                sent = self.client.send(self._wire)
            except BlockingIOError:
                return
            except OSError:
                self.drop_client()
                return
            del self._wire[:sent]
            if sent:
                self._heard_s = time.monotonic()

    def _is_deaf(self) -> bool:
        """Whether the host has stopped reading, so that the UART's bytes are lost on their way."""
        full = len(self._wire) >= HOST_BYTES
        return full and self.lossy and time.monotonic() - self._heard_s > DEAF_S

    def wants_reading(self) -> bool:
        """Whether the client's bytes have room here."""
        return self.client is not None and len(self.to_board) < QUEUE_BYTES

    def busy(self) -> bool:
        """Whether bytes wait for their turn on the line."""
        return bool(self.to_host or self._wire or self.to_board)

    def close(self) -> None:
        """Ends all connections."""
        self.drop_client()
        self.listener.close()
