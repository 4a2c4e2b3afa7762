// Hands on a chart: drag to pan, pinch or ctrl-wheel to zoom, and everything by keyboard too.
const SHORTEST = 10 * 60;
const LONGEST = 60 * 366 * 86400;

export function attach(u, plot, { move, home, settle }) {
  const over = u.over;
  const pointers = new Map();
  let before = null;

  const window_ = () => [u.scales.x.min, u.scales.x.max];
  const at = (x) => u.posToVal(x - over.getBoundingClientRect().left, "x");

  function to(min, max) {
    const span = Math.min(LONGEST, Math.max(SHORTEST, max - min));
    const middle = (min + max) / 2;
    move(middle - span / 2, middle + span / 2);
  }
  const pan = (share) => {
    const [min, max] = window_();
    to(min + (max - min) * share, max + (max - min) * share);
    settle();
  };
  const zoom = (factor, around = null) => {
    const [min, max] = window_();
    const middle = around ?? (min + max) / 2;
    to(middle - (middle - min) * factor, middle + (max - middle) * factor);
    settle();
  };

  over.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    pointers.set(event.pointerId, event.clientX);
    over.setPointerCapture(event.pointerId);
    before = { window: window_(), xs: [...pointers.values()] };
    plot.classList.add("held");
  });
  over.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId) || !before) return;
    pointers.set(event.pointerId, event.clientX);
    const width = over.clientWidth;
    const [min, max] = before.window;
    const xs = [...pointers.values()];
    if (xs.length === 1) {
      const moved = ((before.xs[0] - xs[0]) / width) * (max - min);
      if (Math.abs(before.xs[0] - xs[0]) > 3) to(min + moved, max + moved);
    } else if (xs.length === 2 && before.xs.length === 2) {
      const factor = Math.abs(before.xs[0] - before.xs[1]) / Math.max(20, Math.abs(xs[0] - xs[1]));
      const left = over.getBoundingClientRect().left;
      const middle = min + (((before.xs[0] + before.xs[1]) / 2 - left) / width) * (max - min);
      to(middle - (middle - min) * factor, middle + (max - middle) * factor);
    }
  });
  const release = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    before = pointers.size ? { window: window_(), xs: [...pointers.values()] } : null;
    if (!pointers.size) {
      plot.classList.remove("held");
      settle();
    }
  };
  over.addEventListener("pointerup", release);
  over.addEventListener("pointercancel", release);
  over.addEventListener("dblclick", (event) => zoom(0.5, at(event.clientX)));
  over.addEventListener("wheel", (event) => {
    // The plain wheel scrolls the page; a pinch on a touch pad arrives as ctrl-wheel.
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(event.deltaY * 0.01), at(event.clientX));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      pan(event.deltaX / over.clientWidth);
    }
  }, { passive: false });

  plot.addEventListener("keydown", (event) => {
    const keys = {
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), Home: home, "0": home,
      PageUp: () => pan(-1), PageDown: () => pan(1),
      ArrowLeft: () => (event.shiftKey ? pan(-0.25) : step(-1)),
      ArrowRight: () => (event.shiftKey ? pan(0.25) : step(1)),
      Escape: () => u.setCursor({ left: -10, top: -10 }),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  });

  function step(by) {
    const xs = u.data[0];
    let index = u.cursor.idx ?? (by > 0 ? -1 : xs.length);
    do index += by; while (index > 0 && index < xs.length - 1 && u.data.slice(1).every((column) => column[index] == null));
    index = Math.min(xs.length - 1, Math.max(0, index));
    const x = xs[index];
    if (x === undefined) return;
    const [min, max] = window_();
    if (x < min || x > max) to(min + (x < min ? x - min : x - max), max + (x < min ? x - min : x - max));
    u.setCursor({ left: u.valToPos(x, "x"), top: over.clientHeight / 2 });
  }
  return { zoom, pan };
}
