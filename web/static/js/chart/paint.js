// How a chart looks: colours from the stylesheet, time and value axes, ranges, late data, states.
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2]];
const STAGES = { awake: "--stage-awake", rem: "--stage-rem", light: "--stage-light", deep: "--stage-deep" };

// Custom properties hold unresolved light-dark(); a probe's computed colour is what the canvas can use.
export function colour(property, family = "") {
  const probe = document.createElement("span");
  if (family) probe.className = `f-${family}`;
  probe.hidden = true;
  document.body.append(probe);
  probe.style.color = `var(${property})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

export function faded(found, alpha) {
  return `color-mix(in srgb, ${found} ${alpha * 100}%, transparent)`;
}

// Series of one family differ by dash and by how much ink is mixed in; the first keeps the family's own colour.
export function palette(series) {
  const seen = {};
  const ink = colour("--ink");
  return series.map((one) => {
    const rank = (seen[one.family] = (seen[one.family] ?? -1) + 1);
    const own = colour("--f", one.family);
    return { line: rank ? `color-mix(in oklab, ${own} ${100 - rank * 22}%, ${ink})` : own, dash: DASHES[rank % DASHES.length] };
  });
}

export function timeWords(zone) {
  const language = document.documentElement.lang;
  // Plain English here is day before month, on a 24-hour clock, as in the sentences around the chart.
  const format = (options) => new Intl.DateTimeFormat(!language || language === "en" ? "en-GB" : language, { timeZone: zone, ...options });
  const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = format({ weekday: "short", day: "numeric" });
  const date = format({ day: "numeric", month: "short" });
  const month = format({ month: "short" });
  const monthYear = format({ month: "short", year: "numeric" });
  const full = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const fullDay = format({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const at = (seconds) => new Date(seconds * 1000);
  return {
    tick(seconds, step) {
      const text = clock.format(at(seconds));
      if (step < 86400) return text === "00:00" ? day.format(at(seconds)) : text;
      if (step < 20 * 86400) return step < 6 * 86400 ? day.format(at(seconds)) : date.format(at(seconds));
      return step > 300 * 86400 || month.format(at(seconds)).startsWith("Jan") ? monthYear.format(at(seconds)) : month.format(at(seconds));
    },
    full: (seconds, resolution) => (resolution === "day" ? fullDay : full).format(at(seconds)),
  };
}

export function numberWords(decimals) {
  const format = new Intl.NumberFormat("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return (value) => format.format(value).replace("-", "\u2212");
}

// Hours as people say them: 7.2 -> 7 h 12 min.
export function valueWords(series) {
  const plain = numberWords(series.decimals);
  if (series.unit !== "h") return (value) => [plain(value), series.unit];
  return (value) => {
    const minutes = Math.round(value * 60);
    return [`${Math.floor(minutes / 60)}\u202fh ${minutes % 60}\u202fmin`, ""];
  };
}

// Soft bands: the person's range behind the curve.
export function drawRange(u, series) {
  const { ctx } = u;
  for (const one of series) {
    if (!one.usual) continue;
    const scale = one.scale;
    const top = Math.max(u.bbox.top, u.valToPos(one.usual[1], scale, true));
    const bottom = Math.min(u.bbox.top + u.bbox.height, u.valToPos(one.usual[0], scale, true));
    if (bottom <= top) continue;
    ctx.save();
    ctx.fillStyle = colour("--range");
    ctx.fillRect(u.bbox.left, top, u.bbox.width, bottom - top);
    ctx.restore();
  }
}

// A dotted foot under what arrived late.
export function drawLate(u, series) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height + 6);
  ctx.clip();
  ctx.strokeStyle = colour("--ink-3");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.lineCap = "round";
  ctx.setLineDash([0, 5 * devicePixelRatio]);
  for (const one of series) {
    for (const [start, end] of one.late) {
      const y = bbox.top + bbox.height - 2 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(u.valToPos(start, "x", true), y);
      ctx.lineTo(Math.max(u.valToPos(end, "x", true), u.valToPos(start, "x", true) + 1), y);
      ctx.stroke();
    }
  }
  ctx.restore();
}

// One row for each state, filled while it holds.
export function drawStates(u, series, lineColour) {
  const { ctx, bbox } = u;
  const rows = series.options.length;
  if (!rows) return;
  const height = bbox.height / rows;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  series.times.forEach((start, index) => {
    const row = series.options.indexOf(series.values[index]);
    if (row < 0) return;
    const end = series.times[index + 1] ?? Math.min(start + 3600, u.scales.x.max);
    if (end < u.scales.x.min || start > u.scales.x.max) return;
    const left = u.valToPos(start, "x", true);
    const right = u.valToPos(end, "x", true);
    const property = STAGES[series.values[index]];
    ctx.fillStyle = property ? colour(property) : lineColour;
    ctx.beginPath();
    ctx.roundRect(left, bbox.top + row * height + height * 0.18, Math.max(1, right - left), height * 0.64, 3 * devicePixelRatio);
    ctx.fill();
  });
  ctx.restore();
}
