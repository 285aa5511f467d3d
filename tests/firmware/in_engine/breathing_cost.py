"""What a beat and an epoch cost: each `host.call` notes the fuel that is left.

A line a stretch between two notes: what it was and how often it was done.
"""
# pyright: reportAttributeAccessIssue=false

import sys
from array import array

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[3])

from vagal.breathing import Breathing
from vagal.lockin import LockIn

import host

N = 140
values = array("i", [0] * (4 * N))
with open(sys.argv[2] + "/person.beats", "rb") as f:
    f.readinto(values)

breathing = Breathing()
lockin = LockIn()
lockin.start(10000, 120000)


def note(what, times):
    print(what, times)
    host.call("", "{}")


def beats_to_breathing():
    for k in range(0, 4 * N, 4):
        breathing.pulse(values[k], values[k + 1], values[k + 2])
        breathing.interval(values[k], False)


def beats_to_lockin():
    for k in range(0, 4 * N, 4):
        lockin.push(values[k], False)


host.call("", "{}")
beats_to_breathing()
note("breathing_beat", N)
beats_to_lockin()
note("lockin_beat", N)
breathing.close()
note("breathing_epoch", 1)
lockin.fit()
note("lockin_fit", 1)
lockin.start(10000)
beats_to_lockin()
note("start", 1)
lockin.fit()
note("lockin_fit_60_s", 1)
