"""How a verdict is printed."""

import sys

from rich.table import Table

from vagaband.cli.epochs import show_epochs
from vagaband.cli.shared import print_json, stdout
from vagaband.validate import Verdict


def show_verdict(verdict: Verdict, to_json: bool) -> None:
    """Print a verdict; exit 1 where it is fail."""
    if to_json:
        print_json(verdict.as_json())
    else:
        table = Table("check", "value", "limit", "unit", "")
        for check in verdict.checks:
            value = "–" if check.value is None else f"{check.value:.4g}"
            table.add_row(
                check.name, value, f"{check.limit:g}", check.unit, "ok" if check.ok else "FAIL"
            )
        stdout.print(table)
        show_epochs(stdout, verdict.numbers)
        for sentence in verdict.explanation:
            stdout.print(sentence, soft_wrap=True)
        for note in verdict.notes:
            stdout.print(f"note: {note}")
        stdout.print(f"verdict: {'pass' if verdict.passed else 'fail'}")
    if not verdict.passed:
        sys.exit(1)
