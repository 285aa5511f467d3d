"""SLIP (RFC 1055): packets between 0xC0 bytes, as the ESP32's bootloader speaks it."""

END, ESCAPE = b"\xc0", b"\xdb"
ESCAPED_END, ESCAPED_ESCAPE = b"\xdb\xdc", b"\xdb\xdd"
LONGEST_BYTES = 1 << 17  # of a packet on the line; esptool's own are 32 KiB at most


def encode(packet: bytes) -> bytes:
    """A packet as it goes over the line."""
    escaped = packet.replace(ESCAPE, ESCAPED_ESCAPE).replace(END, ESCAPED_END)
    return END + escaped + END


class SlipReader:
    """Packets out of a stream of bytes; what stands outside of packets is dropped."""

    def __init__(self) -> None:
        self._packet: bytearray | None = None  # None: before the 0xC0 that begins a packet

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes; an empty or badly escaped one is left out."""
        first, *others = data.split(END)
        if self._packet is not None and len(self._packet) + len(first) <= LONGEST_BYTES:
            self._packet += first
        elif self._packet is not None:
            self._packet = None  # not a packet: wait for the next 0xC0
        packets = []
        for part in others:
            whole = _unescape(bytes(self._packet)) if self._packet else None
            if whole:
                packets.append(whole)
            self._packet = bytearray(part[:LONGEST_BYTES])
        return packets


def _unescape(data: bytes) -> bytes | None:
    first, *others = data.split(ESCAPE)
    out = bytearray(first)
    for part in others:
        if part[:1] not in (b"\xdc", b"\xdd"):
            return None
        out += (END if part[:1] == b"\xdc" else ESCAPE) + part[1:]
    return bytes(out)
