// What happened, on the chart's own time axis: bars for what lasted, marks for what was an instant.
const SPAN_KINDS = new Set(["sleep", "workout", "symptom"]);
const CROWD = 36;

export class Events {
  constructor(strip, sprite) {
    this.strip = strip;
    this.sprite = sprite;
    this.placed = [];
  }

  set(events) {
    this.strip.replaceChildren();
    this.placed = events.map((event) => {
      const lasts = SPAN_KINDS.has(event.kind) && event.end;
      const node = document.createElement("span");
      node.className = `${lasts ? "event-span" : "event-mark"} f-${event.family}`;
      node.title = event.title;
      if (!lasts) node.append(this.icon(event.icon));
      this.strip.append(node);
      return { event, node, lasts };
    });
  }

  icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon icon-s");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${this.sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  place(u) {
    const { min, max } = u.scales.x;
    // The plot area as it is being drawn: the overlay's own box may still have its former width.
    const width = u.bbox.width / devicePixelRatio;
    this.strip.style.marginInlineStart = `${u.bbox.left / devicePixelRatio}px`;
    this.strip.style.width = `${width}px`;
    const across = (at) => ((at - min) / (max - min)) * width;
    let marks = 0;
    for (const { event, node, lasts } of this.placed) {
      const seen = (event.end ?? event.start) >= min && event.start <= max;
      node.hidden = !seen;
      if (!seen) continue;
      const left = across(event.start);
      node.style.left = `${lasts ? Math.max(0, left) : left}px`;
      if (lasts) node.style.width = `${Math.max(3, Math.min(width, across(event.end)) - Math.max(0, left))}px`;
      else marks += 1;
    }
    this.strip.classList.toggle("crowded", marks > CROWD * (width / 900));
  }

  near(at, reach) {
    return this.placed
      .filter(({ event }) => (event.end ? event.start <= at && at <= event.end : Math.abs(event.start - at) < reach))
      .map(({ event }) => event.title);
  }
}
