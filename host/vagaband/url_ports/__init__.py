"""Serial ports that are named by a URL: pyserial looks here first for what opens one."""

import serial

serial.protocol_handler_packages.insert(0, __name__)
