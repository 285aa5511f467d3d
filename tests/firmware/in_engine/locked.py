"""Down the whole road, from FIFO to journal, with the heap locked for every sample."""

import sys

sys.path.insert(0, sys.argv[3])

import lock
from road import Worn, print_bytes

worn = Worn()
recorder = worn.recorder
flushes = 0
while worn.samples > 0:
    lock.lock()
    worn.turn()
    lock.unlock()
    if recorder.flush_due and recorder.flush():
        flushes += 1
recorder.close(1)
for name in sorted(lock.times):
    print(name, lock.times[name])
print("flushes", flushes)
print("beats", recorder.pipeline.beats)
print_bytes("journal", worn.flash.content)
