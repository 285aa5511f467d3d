"""Run by MicroPython: all checks of the chip, one line each."""
# pyright: reportMissingImports=false

import sys

from chip import Chip

sys.path.append(sys.argv[1])
from chip_checks import CHECKS

for check in CHECKS:
    check(Chip)
    print("ok", check.__name__)
