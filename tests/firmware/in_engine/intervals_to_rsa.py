"""Runs each file of intervals through `Rsa` and `HeartPeriod` alone and through the pipeline."""

import os
import sys
from array import array

sys.path.insert(0, sys.argv[1])

from vagal.heartperiod import HeartPeriod
from vagal.pipeline import Pipeline
from vagal.rsa import Rsa


class Printer:
    def interval(self, ibi, flag, used):
        print("interval", ibi, flag, used)

    def epoch(self, stages, reason):
        rsa, hp = stages.rsa, stages.hp
        print("corrected", rsa.number, rsa.rsa, rsa.bp_rsa, hp.mean, hp.rmssd, rsa.flagged, reason)


def alone(ibis):
    rsa, hp = Rsa(), HeartPeriod()
    for ibi in ibis:
        hp.push(ibi, False)
        if rsa.push(ibi, False):
            hp.close()
            print("alone", rsa.number, rsa.rsa, rsa.bp_rsa, hp.mean, hp.rmssd, rsa.flagged)


def through_pipeline(ibis):
    pipeline = Pipeline(100, 31, Printer())
    for ibi in ibis:
        pipeline.interval(ibi)
    pipeline.break_off()


for name in sorted(os.listdir(sys.argv[2])):
    with open(sys.argv[2] + "/" + name, "rb") as f:
        ibis = array("i", f.read())
    print("series", name)
    alone(ibis)
    through_pipeline(ibis)
