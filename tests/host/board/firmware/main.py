"""A tiny firmware for tests: drains the sensor to /log/raw.bin, answers a few typed lines."""
# It runs in MicroPython:
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

import os
import select
import sys
import time

import machine

pointers = bytearray(3)
samples = memoryview(bytearray(6 * 17))
parts = [samples[: 6 * n] for n in range(18)]
ir = [samples[6 * n + 3 : 6 * n + 6] for n in range(17)]


def start_sensor(bus):
    settings = ((9, 64), (9, 128), (8, 0x4F), (10, 0x2F), (12, 31), (13, 31), (9, 3), (4, 0))
    for register, value in settings:
        bus.writeto_mem(0x57, register, bytes([value]))
    bus.writeto_mem(0x57, 4, b"\0\0\0")
    bus.readfrom_mem(0x57, 0, 1)


class App:
    def __init__(self):
        self.bus = machine.I2C(0, scl=machine.Pin(22), sda=machine.Pin(21), freq=400_000)
        self.lost = self.total = self.errors = self.brownouts = 0
        self.line = b""
        self.log = open("/log/raw.bin", "wb")  # noqa: SIM115 it stays open
        self.poll = select.poll()
        self.poll.register(sys.stdin, select.POLLIN)

    def drain(self):
        if self.bus.readfrom_mem(0x57, 0, 1)[0] & 1:
            self.brownouts += 1
            start_sensor(self.bus)
            return
        self.bus.readfrom_mem_into(0x57, 4, pointers)
        waiting = (pointers[0] - pointers[2]) & 31
        if pointers[1]:
            self.lost += pointers[1]
            waiting = 32
        while waiting:
            n = min(waiting, 17)
            self.bus.readfrom_mem_into(0x57, 7, parts[n])
            if self.log:
                for i in range(n):
                    self.log.write(ir[i])
                self.total += n
            waiting -= n

    def command(self, line):
        if line == b"stop" and self.log:
            self.log.close()
            self.log = None
        elif line.startswith(b"remember "):
            machine.RTC().memory(line[9:])
        elif line.startswith(b"note "):
            with open("/log/notes.txt", "a") as notes:
                notes.write(f"{line[5:].decode()} at {time.ticks_ms()}\n")
        facts = f"total {self.total} lost {self.lost} errors {self.errors}"
        facts += f" brownouts {self.brownouts}"
        sys.stdout.write(f"<{line.decode()} {facts}>\n")
        with open("/log/facts.txt", "w") as notes:
            notes.write(facts)

    def listen(self):
        while self.poll.poll(0):
            byte = sys.stdin.buffer.read(1)
            if byte == b"\n":
                self.command(self.line)
                self.line = b""
            else:
                self.line += byte

    def run(self):
        while True:
            try:
                self.drain()
            except OSError:
                self.errors += 1
            self.listen()
            time.sleep_ms(100)


if "log" not in os.listdir("/"):
    os.mkdir("/log")
with open("/log/boots.txt", "a") as boots:
    memory = machine.RTC().memory().decode()
    boots.write(f"cause {machine.reset_cause()} memory {memory}\n")
app = App()
start_sensor(app.bus)
app.run()
