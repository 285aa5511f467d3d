"""A port behind RFC 2217: each byte arrives, however the network cuts the stream."""

import random
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import serial
from serial import rfc2217
from vagaband.device import open_port
from vagaband.url_ports.protocol_rfc2217 import Serial


class Server:
    """A port of another machine: pyserial's own server end, and the line behind it."""

    baudrate, bytesize, parity, stopbits = 115200, 8, "N", 1
    xonxoff = rtscts = dtr = rts = break_condition = False
    cts = dsr = cd = True
    ri = False

    def __init__(self) -> None:
        self.heard = bytearray()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def reset_input_buffer(self) -> None:
        """Nothing is kept here."""

    reset_output_buffer = reset_input_buffer

    def write(self, data: bytes) -> None:
        """What the manager has to say; it is one with the network."""
        self.host.sendall(data)

    def _serve(self) -> None:
        self.host, _ = self._listener.accept()
        self.host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        manager = rfc2217.PortManager(self, self)  # type: ignore[arg-type]
        try:
            while data := self.host.recv(4096):
                self.heard += b"".join(manager.filter(data))
        except OSError:
            pass

    def close(self) -> None:
        """The network is gone."""
        self.host.shutdown(socket.SHUT_RDWR)
        self.host.close()
        self._listener.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server._listener.close()


def connected(server: Server) -> Serial:
    port = open_port(server.url)
    assert isinstance(port, Serial)
    return port


NOTHING = (b"\xff\xf1", b"\xff\xfb\x63", b"\xff\xfa\x2c\x6a\xff\xff\x01\xff\xf0")


def test_every_byte_arrives_whatever_telnet_says_between(server: Server):
    """Of data with many 0xFF, cut anywhere, with commands anywhere."""
    draw = random.Random(3)
    data = bytes(draw.choice((0xFF, 0xFF, 0xF0, 0xFA, 0xFB, 0x2C, 0x00)) for _ in range(6000))
    stream = b""
    for at in range(0, len(data), 7):
        stream += data[at : at + 7].replace(b"\xff", b"\xff\xff") + draw.choice((b"", *NOTHING))
    with connected(server) as port:
        sender = threading.Thread(target=send_in_pieces, args=(server, stream, draw))
        sender.start()
        got = b""
        while len(got) < len(data):
            got += port.read(draw.randint(1, 300))
        sender.join()
        port.write(b"a\xffb\xff")
        assert got == data
        assert port.in_waiting == 0
        time.sleep(0.1)
    assert server.heard == b"a\xffb\xff"


def send_in_pieces(server: Server, stream: bytes, draw: random.Random) -> None:
    while stream:
        n = draw.choice((1, 1, 2, 3, 400))
        server.host.sendall(stream[:n])
        stream = stream[n:]


def test_a_read_ends_with_what_it_wants_its_timeout_or_the_connection(server: Server):
    with connected(server) as port:
        server.host.sendall(b"abcdef")
        port.timeout = 5
        began_s = time.monotonic()
        assert port.read(4) == b"abcd"
        port.timeout = 0.1
        assert port.read(4) == b"ef"
        assert port.read(4) == b""
        assert time.monotonic() - began_s < 2
        server.host.sendall(b"last")
        port.timeout = 5
        server.close()
        assert port.read(9) == b"last"
        with pytest.raises(serial.SerialException, match="closed"):
            port.read(1)


def test_what_was_not_read_can_be_dropped(server: Server):
    with connected(server) as port:
        server.host.sendall(b"old")
        while port.in_waiting < 3:
            time.sleep(0.01)
        port.reset_input_buffer()
        assert port.in_waiting == 0
        server.host.sendall(b"new")
        port.timeout = 5
        assert port.read(3) == b"new"


def test_it_is_opened_and_closed_at_once(server: Server):
    began_s = time.monotonic()
    connected(server).close()
    assert time.monotonic() - began_s < 0.5


def test_a_command_without_an_end_ends_the_connection(server: Server):
    with connected(server) as port:
        server.host.sendall(b"\xff\xfa" + b"x" * 5000)
        port.timeout = 5
        with pytest.raises(serial.SerialException, match="closed"):
            port.read(1)
