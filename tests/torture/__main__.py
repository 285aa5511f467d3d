"""Power cuts, faults and mutations in one go; exit 0 only when nothing was lost and nothing false.

python -m tests.torture [--minutes N] [--seed S] [--json]
python -m tests.torture --soak HOURS [--seed S] [--json]
python -m tests.torture --table
"""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from . import cuts, fault_table, faults, mutations, soak

SHARES = {"cuts": 0.5, "faults": 0.15, "mutations": 0.35}  # of the time
FAULTS_S = 3.0  # about what it takes to have every kind once


def main() -> int:
    """Run what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=2.0, help="real time (default 2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--soak", type=float, metavar="HOURS", help="virtual hours, in its place")
    parser.add_argument("--table", action="store_true", help="write the table of faults")
    options = parser.parse_args()
    if options.table:
        fault_table.write(faults.run(fault_table.SEED, fault_table.COUNT))
        return 0
    if options.soak:
        soaked = soak.run(options.seed, options.soak)
        _say(asdict(soaked), options.json)
        return 0 if soaked.sound else 1
    result, sound = torture(options.seed, 60 * options.minutes)
    _say(result, options.json)
    return 0 if sound else 1


def torture(seed: int, seconds: float) -> tuple[dict[str, Any], bool]:
    """Each part for its share of the time: what came of it, and whether all is well."""
    cut = cuts.run(seed, SHARES["cuts"] * seconds)
    rows = faults.run(seed, max(1, int(SHARES["faults"] * seconds / FAULTS_S)))
    mutated = mutations.run(seed, SHARES["mutations"] * seconds)
    return summed(cut, rows, mutated)


def summed(
    cut: cuts.CutResult, rows: list[faults.FaultRow], mutated: mutations.MutationResult
) -> tuple[dict[str, Any], bool]:
    """All parts' results in one, and whether nothing was lost and nothing was false."""
    result = {
        "cuts_tried": cut.cuts_tried,
        "lost_committed_bytes": cut.lost_committed_bytes,
        "unmounted": cut.unmounted,
        "false_records": cut.false_records + mutated.false_records,
        "faults": [row.as_json() for row in rows],
        "mutations_tried": mutated.mutations_tried,
        "crashes": mutated.crashes,
    }
    bad = ("lost_committed_bytes", "unmounted", "false_records", "crashes")
    tried = cut.cuts_tried and mutated.mutations_tried
    sound = bool(tried) and not any(result[name] for name in bad)
    return result, sound and all(row.sound for row in rows)


def _say(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, indent=1))
        return
    for name, value in result.items():
        if not isinstance(value, list):
            print(f"{name}: {value}")
            continue
        print(f"{name}: kind, count, beats lost outside gaps, recovery s")
        for row in value:
            lost = row["beats_lost_outside_gaps"]
            print(f"  {row['kind']}, {row['count']}, {lost}, {row['recovery_s']:.2f}")


if __name__ == "__main__":
    sys.exit(main())
