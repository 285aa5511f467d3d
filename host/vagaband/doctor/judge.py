"""Findings against the table of checks: the lines of the report."""

from dataclasses import dataclass

from vagaband.doctor.checks import BUS_ERROR, CHECKS, NONSENSE, Check, Fault
from vagaband.doctor.findings import Findings
from vagaband.plain import plain

OK, FAIL, SKIPPED = "ok", "FAIL", "skipped"
# A check that fails for the same reason as one before it is skipped, not failed.
EXPLAINED_BY = {"address": "bus levels"}


@dataclass(frozen=True)
class Line:
    """The outcome of a check."""

    name: str
    state: str
    value: str
    limit: str = ""
    cause: str = ""
    next_step: str = ""


def judge(found: Findings) -> list[Line]:
    """Every line of the report, in the table's order."""
    lines: dict[str, Line] = {}
    for check in CHECKS:
        lines[check.name] = _judge(check, found, lines)
    return list(lines.values())


def _judge(check: Check, found: Findings, before: dict[str, Line]) -> Line:
    for need in check.needs:
        if before[need].state == FAIL:
            return Line(check.name, SKIPPED, f"see {need}")
        if before[need].state == SKIPPED:
            return Line(check.name, SKIPPED, before[need].value)
    facts = found.probes.get(check.probe)
    if facts is None:
        wanted = "needs a finger" if check.probe == "contact" and not found.finger else ""
        return Line(check.name, SKIPPED, wanted or "not reached")
    if "error" in facts:
        return _failed(check, f"bus error {plain(facts['error'])}", BUS_ERROR, found)
    try:
        reading = check.read(found)
    except (KeyError, TypeError, ValueError, IndexError, ArithmeticError):
        return _failed(check, "unreadable", NONSENSE, found)
    if reading.skipped:
        return Line(check.name, SKIPPED, reading.skipped)
    if not reading.fault:
        return Line(check.name, OK, reading.value, check.limit)
    explaining = EXPLAINED_BY.get(check.name, "")
    if explaining and before[explaining].state == FAIL:
        return Line(check.name, SKIPPED, f"{reading.value}; see {explaining}")
    return _failed(check, reading.value, check.faults[reading.fault], found)


def _failed(check: Check, value: str, fault: Fault, found: Findings) -> Line:
    next_step = fault.next_step.replace("{port}", found.port)
    return Line(check.name, FAIL, value, check.limit, fault.cause, next_step)
