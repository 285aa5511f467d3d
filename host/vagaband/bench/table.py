"""The comparison as tables on a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from vagaband.bench import no_contact, ours
from vagaband.bench.compare import ALL, Comparison
from vagaband.bench.device import (
    AIM_FUEL,
    CYCLES_AN_INSTRUCTION,
    MOST_FUEL,
    ORDERS,
    UNITS_AN_INSTRUCTION,
    Cost,
)
from vagaband.bench.figures import Figure, Figures

MINUTES = no_contact.SECONDS / 60


def show(found: Comparison, out: Console) -> None:
    """Print one table per set, what was found without a finger, and the verdict."""
    alone = len(found.sets) == 2  # one set is also all there is
    for set_name, detectors in found.sets.items():
        if set_name != ALL or not alone:
            out.print(_of_set(set_name, found, detectors))
            out.print()
    out.print(_without_contact(found))
    for line in _remarks(found):
        out.print(line, soft_wrap=True)
    for check in found.checks:
        if not check.ok:
            out.print(f"falls short: {check.why}", soft_wrap=True)
    out.print(f"verdict: {'pass' if found.passed else 'fail'}")


def _of_set(set_name: str, found: Comparison, detectors: dict[str, Figures]) -> Table:
    first = next(iter(detectors.values()))
    count = sum(set_name in (ALL, item.set_name) for item in found.items)
    table = _table(
        f"{set_name} at {found.rate_hz} Hz: recordings {count}, beats {first.beats}, "
        f"epochs {first.epochs_of_reference}"
    )
    for name in ("F1 %", "sens", "PPV", "interval ms", "RMSSD", "RSA", "first"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, figures in detectors.items():
        table.add_row(*_row(name, figures), style="bold" if name == ours.NAME else None)
    return table


def _table(title: str) -> Table:
    """A table without lines: it fits in 80 columns."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    return table


def _row(name: str, figures: Figures) -> Iterator[str]:
    yield _short(name)
    yield with_interval(figures.f1_pct, 1)
    yield number(figures.sensitivity_pct.value, 1)
    yield number(figures.ppv_pct.value, 1)
    yield with_interval(figures.interval_error_ms, 1)
    yield number(figures.rmssd_error_ln.value, 2)
    yield number(figures.rsa_error_ln.value, 2)
    yield number(figures.first_beat_s.value, 2)


def _short(name: str) -> str:
    return name.removeprefix("NeuroKit2 ").removeprefix("SciPy ")


def _without_contact(found: Comparison) -> Table:
    table = _table("false beats a minute, no finger")
    for light in no_contact.LIGHTS:
        table.add_column(light, justify="right")
    for name, beats in found.false_beats.items():
        a_minute = (beats[light] / MINUTES for light in no_contact.LIGHTS)
        table.add_row(_short(name), *(f"{each:.0f}" for each in a_minute))
    return table


def _remarks(found: Comparison) -> Iterator[str]:
    yield (
        "In brackets bootstrap 95 % intervals. RMSSD, RSA: median of the absolute error in ln. "
        "first: seconds to the light of the first right beat, median."
    )
    given = found.sets[ALL][ours.NAME].first_given_s.value
    if given is not None:
        yield f"{ours.NAME} gives its first beat out after {given:.2f} s (median)."
    versions = found.versions
    yield (
        f"{ours.NAME}: the firmware in {found.engine}. elgendi, charlton: NeuroKit2 "
        f"{versions['neurokit2']}, with +mid re-timed at the mid-upstroke. HeartPy "
        f"{versions['heartpy']}. find_peaks: SciPy {versions['scipy']}."
    )
    for check in found.checks:
        if check.ok and not check.ahead:
            yield (
                f"note: {check.set_name}: {check.quantity} {number(check.ours, 2)}, "
                f"{check.rival} {number(check.best, 2)}: within one beat or chance."
            )
    for crash in found.crashes:
        yield (
            f"note: {crash['detector']} crashed on {crash['recording']}, which counts as nothing "
            f"found: {crash['error']}"
        )


def show_cost(cost: Cost, out: Console) -> None:
    """Print what each stage costs, and the verdict."""
    table = _table(f"fuel, {cost.samples} samples at 100 Hz, {cost.beats} beats")
    for name in ("a sample", "without a beat", "a beat adds", "heap a sample", "ESP32"):
        table.add_column(name, justify="right", no_wrap=True)
    for stage in cost.stages:
        table.add_row(
            stage.name,
            f"{stage.fuel_a_sample:,.0f}",
            _thousands(stage.usual_sample),
            _thousands(stage.fuel_a_beat),
            f"{stage.heap_bytes_a_sample:g} B",
            f"{100 * stage.esp32_share:.1f} %",
        )
    out.print(table)
    out.print(
        f"Fuel of 32-bit WebAssembly: {UNITS_AN_INSTRUCTION} units an ESP32 instruction, "
        f"{CYCLES_AN_INSTRUCTION} cycles an instruction, 80 MHz. Limit {MOST_FUEL:,} a sample, "
        f"aim {AIM_FUEL:,}. Medians of {ORDERS} orders of the firmware's names, by which "
        f"the whole varies from {cost.whole.fuel_least:,.0f} to {cost.whole.fuel_most:,.0f}.",
        soft_wrap=True,
    )
    out.print("; ".join(f"{stage.name}: {stage.meaning}" for stage in cost.stages) + ".")
    for line in cost.shortfalls:
        out.print(f"falls short: {line}", soft_wrap=True)
    out.print(f"verdict: {'pass' if cost.passed else 'fail'}")


def _thousands(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def with_interval(figure: Figure, digits: int) -> str:
    """A value with its interval, as in 98.5 [97.0 99.2]."""
    if figure.low is None or figure.high is None:
        return number(figure.value, digits)
    ends = f"[{figure.low:.{digits}f} {figure.high:.{digits}f}]"
    return f"{number(figure.value, digits)} {ends}"


def number(value: float | None, digits: int) -> str:
    """A value, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"
