"""A sine table: 256 steps a turn, 127 high, in integers of 8 bits."""

from array import array

_QUARTER = (  # round(127 sin(2 pi i / 256))
    b"\x00\x03\x06\x09\x0c\x10\x13\x16\x19\x1c\x1f\x22\x25\x28\x2b\x2e\x31\x33\x36\x39\x3c\x3f"
    b"\x41\x44\x47\x49\x4c\x4e\x51\x53\x55\x58\x5a\x5c\x5e\x60\x62\x64\x66\x68\x6a\x6b\x6d\x6f"
    b"\x70\x71\x73\x74\x75\x76\x78\x79\x7a\x7a\x7b\x7c\x7d\x7d\x7e\x7e\x7e\x7f\x7f\x7f\x7f"
)
COS = 64  # a cosine stands this much further on


def table() -> array:
    """A turn and a quarter: `t[i]` is the sine of step i of 0..255, `t[i + COS]` the cosine."""
    t = array("b", [0] * 320)
    for i in range(320):
        j = i & 127
        v = _QUARTER[j if j <= 64 else 128 - j]
        t[i] = -v if i & 128 else v
    return t
