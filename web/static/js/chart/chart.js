// A chart over uPlot: data in place at once, more of it as one pans and zooms, a crosshair that reads every series.
import { Events } from "./events.js";
import { attach } from "./hands.js";
import { colour, drawLate, drawRange, drawStates, faded, palette, timeWords, valueWords } from "./paint.js";

const WAIT = 140;

// Paper is white: charts are drawn anew in light colours for it, whatever the page is read in.
const redrawn = [];
let worn = null;

function paper(dry) {
  const root = document.documentElement;
  if (dry === (worn !== null)) return;
  const theme = dry ? "light" : worn;
  worn = dry ? (root.dataset.theme ?? "") : null;
  root.dataset.theme = theme;
  for (const redraw of redrawn) redraw(dry);
}

function onPaper(redraw) {
  redrawn.push(redraw);
}

addEventListener("beforeprint", () => paper(true));
addEventListener("afterprint", () => paper(false));
matchMedia("print").addEventListener("change", (event) => paper(event.matches));

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.plot = figure.querySelector(".plot");
    this.readout = figure.querySelector(".readout");
    this.events = new Events(figure.querySelector(".events"), figure.dataset.sprite);
    this.take(JSON.parse(figure.querySelector("script[type='application/json']").textContent));
    this.home = [this.data.start, this.data.end];
    this.zone = this.data.zone;
    this.words = timeWords(this.zone);
    this.build();
    figure.classList.add("drawn");
    new ResizeObserver(() => this.fit()).observe(this.plot);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.build());
    onPaper((dry) => {
      this.build();
      // Printing does not wait for the next turn, in which uPlot would draw.
      if (dry) this.u.batch(() => {});
    });
    document.addEventListener("homeostat:value", (event) => this.live(event.detail));
    for (const button of figure.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.act(button.dataset.zoom));
    }
  }

  take(data) {
    const units = [...new Set(data.series.map((one) => one.unit))];
    for (const one of data.series) {
      one.scale = one.kind === "states" ? "states" : one.unit || "plain";
      one.words = valueWords(one);
      one.side = units.indexOf(one.unit);
    }
    this.data = { ...this.data, ...data };
  }

  get states() {
    return this.data.series.length === 1 && this.data.series[0].kind === "states" ? this.data.series[0] : null;
  }

  tables() {
    return this.data.series.map((one) => {
      if (one.kind === "states") return [one.times, one.values.map((value) => one.options.length - 0.5 - one.options.indexOf(value))];
      return one.low.length ? [one.times, one.values, one.low, one.high] : [one.times, one.values];
    });
  }

  joined() {
    const tables = this.tables();
    return tables.length === 1 ? tables[0] : uPlot.join(tables, tables.map((table) => table.map(() => 2)));
  }

  build() {
    const window_ = this.u ? [this.u.scales.x.min, this.u.scales.x.max] : this.home;
    this.u?.destroy();
    this.shape = this.data.series.map((one) => `${one.key}${one.low.length > 0}`).join();
    this.u = new uPlot(this.options(), this.joined(), this.plot);
    this.u.setScale("x", { min: window_[0], max: window_[1] });
    this.hands = attach(this.u, this.plot, {
      move: (min, max) => this.u.setScale("x", { min, max }),
      home: () => this.act("home"),
      settle: () => this.settle(),
    });
    this.events.set(this.data.events);
    this.read();
  }

  options() {
    const ink = colour("--ink-3");
    const grid = { stroke: faded(colour("--line"), 0.8), width: 1 };
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const tints = palette(this.data.series);
    const bands = [];
    const series = [{}];
    this.data.series.forEach((one, index) => {
      const { line, dash } = tints[index];
      one.tint = line;
      one.dash = dash;
      const few = one.times.length < 60;
      series.push({
        scale: one.scale,
        stroke: one.kind === "bars" ? faded(line, 0.0) : line,
        fill: one.kind === "bars" ? faded(line, this.data.series.length > 1 ? 0.35 : 0.8) : this.data.series.length === 1 && !one.low.length && !one.usual ? this.wash(line) : undefined,
        width: one.kind === "bars" ? 0 : 2,
        dash,
        spanGaps: false,
        paths: one.kind === "bars" ? uPlot.paths.bars({ size: [0.72, 46], radius: 0.22 }) : one.kind === "states" ? () => null : undefined,
        points: { show: one.kind === "line" && few, size: 6, fill: colour("--surface"), stroke: line, width: 2 },
      });
      if (one.low.length) {
        const edge = { scale: one.scale, stroke: "transparent", width: 0, points: { show: false } };
        series.push({ ...edge }, { ...edge });
        const at = series.length - 1;
        bands.push({ series: [at, at - 1], fill: faded(line, 0.24) });
      }
    });
    return {
      width: Math.max(240, this.plot.clientWidth),
      height: this.height(),
      padding: [14, 6, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.zone),
      legend: { show: false },
      bands,
      series,
      scales: this.scales(),
      axes: this.axes({ ink, grid, font }),
      cursor: {
        drag: { x: false, y: false, setScale: false },
        y: false,
        points: { size: 8, width: 2, stroke: colour("--surface"), fill: (u, index) => u.series[index].stroke(u, index) },
      },
      hooks: {
        drawClear: [(u) => drawRange(u, this.data.series)],
        draw: [(u) => this.events.place(u), (u) => drawLate(u, this.data.series), (u) => this.states && drawStates(u, this.states, this.states.tint)],
        setCursor: [() => this.read()],
      },
    };
  }

  wash(line) {
    return (u) => {
      const fade = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height);
      fade.addColorStop(0, faded(line, 0.16));
      fade.addColorStop(1, faded(line, 0.01));
      return fade;
    };
  }

  scales() {
    const scales = { x: { time: true, auto: false } };
    for (const one of this.data.series) {
      const bars = one.kind === "bars";
      if (one.kind === "states") scales.states = { range: [0, Math.max(1, one.options.length)] };
      else {
        scales[one.scale] ??= {
          range: (u, min, max) => {
            if (min == null) return [0, 1];
            let low = min, high = max;
            if (one.usual) [low, high] = [Math.min(low, one.usual[0]), Math.max(high, one.usual[1])];
            if (bars) return [0, high * 1.08 || 1];
            const room = Math.max((high - low) * 0.1, 0.6 / 10 ** one.decimals);
            return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
          },
        };
      }
    }
    return scales;
  }

  axes({ ink, grid, font }) {
    const axes = [{
      stroke: ink, font, grid: { ...grid, show: true }, ticks: { show: false }, space: 72, gap: 6, size: 32,
      values: (u, splits, index, space, step) => splits.map((at) => (u.bbox?.width && u.valToPos(at, "x") > u.bbox.width / devicePixelRatio - 16 ? "" : this.words.tick(at, step))),
    }];
    const seen = new Set();
    for (const one of this.data.series) {
      if (seen.has(one.scale)) continue;
      seen.add(one.scale);
      const options = one.options;
      axes.push({
        scale: one.scale, stroke: ink, font, gap: 6, ticks: { show: false },
        side: seen.size === 1 ? 3 : 1,
        show: seen.size <= 2,
        grid: { ...grid, show: seen.size === 1 },
        size: (u, values) => (values ? Math.max(34, ...values.map((value) => String(value ?? "").length * 7 + 14)) : 34),
        ...(one.kind === "states"
          ? { splits: () => options.map((_, row) => row + 0.5), values: () => options.map((_, row) => this.optionWords(options[options.length - 1 - row])) }
          : { values: (u, splits) => splits.map((value) => new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value)) }),
      });
    }
    return axes;
  }

  height() {
    if (this.states) return Math.max(120, this.states.options.length * 34 + 46);
    return this.plot.clientWidth < 520 ? 250 : 340;
  }

  fit() {
    const width = this.plot.clientWidth;
    if (width > 0 && Math.abs(width - this.u.width) > 1) {
      this.u.setSize({ width, height: this.height() });
    }
  }

  act(what) {
    if (what === "in") this.hands.zoom(0.5);
    if (what === "out") this.hands.zoom(2);
    if (what === "back") this.hands.pan(-0.5);
    if (what === "on") this.hands.pan(0.5);
    if (what === "home") {
      this.u.setScale("x", { min: this.home[0], max: this.home[1] });
      this.settle();
    }
  }

  settle() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), WAIT);
  }

  async fetch() {
    const { min, max } = this.u.scales.x;
    const margin = (max - min) * 0.5;
    const query = new URLSearchParams({ start: (min - margin).toFixed(0), end: (max + margin).toFixed(0), seen: (max - min).toFixed(0), events: this.data.person });
    for (const one of this.data.series) query.append("series", one.key);
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const answer = await fetch(`/charts/data?${query}`, { signal: this.asked.signal });
      if (!answer.ok) throw new Error(`the hub answered ${answer.status}`);
      const fresh = await answer.json();
      fresh.series.forEach((one, index) => {
        one.name = this.data.series[index].name;
        one.usual = this.data.series[index].usual;
      });
      this.take({ series: fresh.series, events: fresh.events });
      this.update();
      this.figure.classList.remove("behind");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.figure.classList.add("behind");
    }
  }

  update() {
    const shape = this.data.series.map((one) => `${one.key}${one.low.length > 0}`).join();
    const window_ = [this.u.scales.x.min, this.u.scales.x.max];
    if (shape !== this.shape || this.states) this.build();
    else {
      const tints = palette(this.data.series);
      this.data.series.forEach((one, index) => Object.assign(one, { tint: tints[index].line, dash: tints[index].dash }));
      this.u.setData(this.joined(), false);
      this.u.setScale("x", { min: window_[0], max: window_[1] });
      this.events.set(this.data.events);
      this.read();
    }
  }

  live(news) {
    const one = this.data.series.find((series) => series.key === news.entity_id || series.key === `${news.person}/${news.metric}`);
    if (!one || one.kind !== "line" || one.resolution !== "raw" || news.number == null) return;
    const at = Date.parse(news.taken_at) / 1000;
    const last = one.times.at(-1) ?? 0;
    if (at <= last) return;
    const { min, max } = this.u.scales.x;
    one.times.push(at);
    one.values.push(news.number);
    this.u.setData(this.joined(), false);
    const follows = last <= max && last >= max - (max - min) * 0.1;
    const by = follows && at > max ? at - max : 0;
    this.u.setScale("x", { min: min + by, max: max + by });
    this.read();
  }

  // The row above the plot: at the crosshair, else at the newest value.
  read() {
    if (!this.u) return;
    const index = this.u.cursor.left >= 0 ? this.u.cursor.idx : null;
    const at = index == null ? Math.max(...this.data.series.map((one) => one.times.at(-1) ?? 0)) : this.u.data[0][index];
    if (!at) return;
    const parts = [this.element("span", "readout-time", this.words.full(at, this.data.series[0].resolution))];
    for (const one of this.data.series) {
      const near = this.nearest(one, at);
      const item = this.element("span", `readout-item f-${one.family}`);
      if (this.data.series.length > 1) item.append(this.swatch(one), this.element("span", "readout-name", one.name));
      item.append(this.element("strong", "num", near.text), ` ${near.more}`);
      parts.push(item);
    }
    if (index != null) {
      const reach = (this.u.scales.x.max - this.u.scales.x.min) / 60;
      const titles = [...new Set(this.events.near(at, reach))].slice(0, 3);
      if (titles.length) parts.push(this.element("span", "readout-event", titles.join(", ")));
      if (this.data.series.some((one) => one.late.some(([start, end]) => start <= at && at <= end))) {
        parts.push(this.element("span", "readout-event", "arrived late"));
      }
    }
    this.readout.replaceChildren(...parts);
  }

  nearest(one, at) {
    let best = -1;
    let reach = one.resolution === "day" ? 86400 : one.resolution === "hour" ? 5400 : (this.u.scales.x.max - this.u.scales.x.min) / 40;
    if (one.kind === "states") {
      one.times.forEach((time, index) => { if (time <= at) best = index; });
      return { text: best < 0 ? "–" : this.optionWords(one.values[best]), more: "" };
    }
    one.times.forEach((time, index) => {
      if (one.values[index] != null && Math.abs(time - at) <= reach) {
        best = index;
        reach = Math.abs(time - at);
      }
    });
    if (best < 0) return { text: "–", more: "" };
    const [text, unit] = one.words(one.values[best]);
    const span = one.low.length && one.low[best] !== one.high[best] ? `, ${one.words(one.low[best])[0]} to ${one.words(one.high[best])[0]}` : "";
    return { text, more: `${unit}${span}` };
  }

  optionWords(option) {
    return option === "rem" ? "REM" : option.replaceAll("_", " ");
  }

  swatch(one) {
    const line = this.element("span", "swatch");
    line.style.borderTopColor = one.tint;
    line.style.borderTopStyle = !one.dash?.length ? "solid" : one.dash[0] > 3 ? "dashed" : "dotted";
    return line;
  }

  element(tag, className, text = "") {
    const node = document.createElement(tag);
    node.className = className;
    if (text) node.textContent = text;
    return node;
  }
}

for (const figure of document.querySelectorAll("[data-chart]")) new Chart(figure);
