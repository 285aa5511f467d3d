"use strict";
// Zooms the pictures over time together, and reads out the half minute under pointer or keys.
// It adds nothing to what the page says: every word it shows stands in the table of epochs.
(() => {
  const day = document.querySelector("[data-day]");
  const heads = [...document.querySelectorAll("#epochs thead th")];
  const rows = [...document.querySelectorAll("#epochs tbody tr")];
  if (!day || !rows.length) return;

  const seconds = Number(day.dataset.seconds), zero = Number(day.dataset.zero);
  const dated = day.dataset.dated === "1";
  const shortest = Math.min(seconds, 120);
  const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600];
  const plots = [...day.querySelectorAll("svg[data-time]")];
  const times = rows.map((row) => Number(row.dataset.t));
  const readout = day.querySelector(".readout");
  const inView = { from: 0, to: seconds };
  let at = -1;

  const place = (t) => (100 * (t - inView.from)) / (inView.to - inView.from);
  const two = (n) => String(n).padStart(2, "0");

  function clock(t, exact) {
    const all = Math.round(t + (dated ? zero : 0));
    const h = Math.floor(all / 3600), m = Math.floor(all / 60) % 60, s = all % 60;
    if (!dated) return `${h}:${two(m)}:${two(s)}`;
    return `${two(h % 24)}:${two(m)}${exact ? ":" + two(s) : ""}`;
  }

  function ticks(axis) {
    const span = inView.to - inView.from;
    const most = Math.max(2, Math.min(9, Math.floor(axis.clientWidth / (dated ? 52 : 64))));
    const step = steps.find((s) => span / s <= most) || 86400;
    axis.replaceChildren();
    for (let t = Math.ceil((inView.from + zero) / step) * step - zero; t <= inView.to; t += step) {
      const text = document.createElementNS(axis.namespaceURI, "text");
      const x = place(t);
      text.setAttribute("x", `${x}%`);
      text.setAttribute("y", "80%");
      text.setAttribute("class", x < 4 ? "first" : x > 96 ? "last" : "");
      text.textContent = clock(t, step < 60);
      axis.append(text);
    }
  }

  function flags() {
    for (const lane of day.querySelectorAll(".marks")) marks(lane);
    for (const bar of day.querySelectorAll(".blocks g")) {
      const at = bar.closest(".still") ? (t) => (100 * t) / seconds : place; // always the whole
      const a = Math.max(-1, at(Number(bar.dataset.from)));
      const b = Math.min(101, at(Number(bar.dataset.to)));
      bar.toggleAttribute("hidden", b <= a);
      if (b <= a) continue;
      bar.firstElementChild.setAttribute("x", `${a}%`);
      bar.firstElementChild.setAttribute("width", `${b - a}%`);
      const room = ((b - a) / 100) * bar.parentNode.clientWidth;
      bar.lastElementChild.toggleAttribute("hidden", room < 9 * bar.textContent.length);
      bar.lastElementChild.setAttribute("x", `${(Math.max(0, a) + Math.min(100, b)) / 2}%`);
    }
  }

  function marks(lane) {
    const still = lane.closest(".still"); // always shows the whole
    const free = [-99, -99];
    for (const flag of lane.children) {
      const t = Number(flag.dataset.t);
      const x = still ? (100 * t) / seconds : place(t);
      const gap = (100 * 9 * (flag.textContent.length + 1)) / lane.clientWidth;
      const line = free.findIndex((last) => x >= last + gap);
      flag.setAttribute("x", `${x}%`);
      flag.setAttribute("class", x > 97 ? "last" : "");
      flag.setAttribute("y", line === 1 ? "88%" : "42%");
      flag.toggleAttribute("hidden", line < 0 || x < 0 || x > 100);
      if (line >= 0 && x >= 0) free[line] = x;
    }
  }

  function show(from, to) {
    const span = Math.min(seconds, Math.max(shortest, to - from));
    inView.from = Math.max(0, Math.min(from, seconds - span));
    inView.to = inView.from + span;
    for (const plot of plots) {
      plot.setAttribute("viewBox", `${inView.from} 0 ${span} 100`);
      plot.classList.toggle("dense", span > 7200);
    }
    day.querySelectorAll("svg.x[data-axis]").forEach(ticks);
    flags();
    day.dataset.from = inView.from;
    day.dataset.to = inView.to;
  }

  function nearest(t) {
    let low = 0, high = times.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] + 30 <= t) low = middle + 1; else high = middle;
    }
    return low;
  }

  function read(index) {
    at = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[at], cells = [...row.cells];
    readout.hidden = false;
    readout.replaceChildren(...cells.flatMap((cell, k) => {
      if (cell.textContent.trim() === "–" || !cell.textContent.trim()) return [];
      const span = document.createElement("span");
      const name = heads[k].dataset.name, unit = heads[k].dataset.unit;
      span.textContent = (name ? name + " " : "") + cell.textContent.trim() + (unit ? " " + unit : "");
      return [span];
    }));
    for (const cursor of day.querySelectorAll("svg[data-time] .cursor"))
      cursor.setAttribute("d", `M${times[at] + 15} 0V100`);
    const spot = day.querySelector(".spot");
    if (spot) spot.setAttribute("d", row.dataset.x ? `M${row.dataset.x} ${row.dataset.y}v.2` : "");
  }

  function step(by) {
    read(at < 0 ? nearest(inView.from) : at + by);
    const t = times[at] + 15, span = inView.to - inView.from;
    if (t < inView.from || t > inView.to) show(t - span / 2, t + span / 2);
  }

  function zoom(by, around) {
    const middle = around ?? (at >= 0 ? times[at] + 15 : (inView.from + inView.to) / 2);
    const share = (middle - inView.from) / (inView.to - inView.from);
    const span = Math.max(shortest, (inView.to - inView.from) * by);
    show(middle - share * span, middle + (1 - share) * span);
  }

  function pan(by) {
    const span = (inView.to - inView.from) * by;
    show(inView.from + span, inView.to + span);
  }

  const actions = {
    in: () => zoom(0.5), out: () => zoom(2), whole: () => show(0, seconds),
    earlier: () => pan(-0.5), later: () => pan(0.5), previous: () => step(-1), next: () => step(1),
  };
  const keys = {
    "+": "in", "=": "in", "-": "out", "0": "whole", Home: "whole", Escape: "whole",
    PageUp: "earlier", PageDown: "later", ArrowLeft: "previous", ArrowRight: "next",
  };
  day.querySelectorAll("[data-do]").forEach((button) => {
    button.addEventListener("click", () => actions[button.dataset.do]());
  });

  for (const plot of plots) {
    const timeAt = (event) => {
      const box = plot.getBoundingClientRect();
      return inView.from + ((event.clientX - box.left) / box.width) * (inView.to - inView.from);
    };
    let began = null;
    plot.addEventListener("pointerdown", (event) => { if (event.button === 0) began = timeAt(event); });
    plot.addEventListener("pointermove", (event) => read(nearest(timeAt(event))));
    plot.addEventListener("pointercancel", () => { began = null; });
    plot.addEventListener("pointerleave", () => { began = null; });
    plot.addEventListener("pointerup", (event) => {
      const ended = timeAt(event), begin = began;
      began = null;
      read(nearest(ended));
      if (begin === null || Math.abs(ended - begin) < (inView.to - inView.from) * 0.03) return;
      show(Math.min(begin, ended), Math.max(begin, ended));
    });
    plot.addEventListener("dblclick", actions.whole);
    plot.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return; // the wheel alone scrolls the page
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
    }, { passive: false });
    plot.closest(".frame").addEventListener("keydown", (event) => {
      const action = actions[keys[event.key]];
      if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      action();
    });
  }

  const map = day.querySelector("svg[data-map]");
  if (map) {
    const [left, , width] = map.getAttribute("viewBox").split(" ").map(Number);
    const spots = rows.flatMap((row, k) =>
      row.dataset.x ? [[Number(row.dataset.x), Number(row.dataset.y), k]] : []);
    map.addEventListener("pointermove", (event) => {
      const box = map.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
      let best = null, least = Infinity;
      for (const [a, b, k] of spots) {
        const apart = ((a - left) / width - x) ** 2 + (b / 100 - y) ** 2;
        if (apart < least) [least, best] = [apart, k];
      }
      if (best !== null) read(best);
    });
  }

  day.querySelectorAll("[data-scripted]").forEach((part) => part.removeAttribute("hidden"));
  const redraw = () => show(inView.from, inView.to);
  addEventListener("resize", redraw);
  let before = null;
  addEventListener("beforeprint", () => { before = { ...inView }; show(0, seconds); });
  addEventListener("afterprint", () => { if (before) show(before.from, before.to); });
  redraw();
})();
