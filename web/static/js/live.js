// New values move into place at once; whole cards follow from the server as fragments that htmx morphs in.
import { ago, refreshAges } from "./ages.js";
import { away } from "./away.js";

const NARROW = "\u202f";

function show(node, text, unit) {
  node.replaceChildren();
  const add = (words, className) => {
    if (!className) return node.append(words);
    const part = document.createElement("span");
    part.className = className;
    part.textContent = words;
    node.append(part);
  };
  const [first, ...rest] = text.split(NARROW);
  add(first);
  for (const part of rest) {
    const [word, ...others] = part.split(" ");
    add(word, "unit");
    if (others.length) add(` ${others.join(" ")}`);
  }
  if (unit) add(unit, "unit");
}

function take(event) {
  const news = JSON.parse(event.detail.data);
  document.dispatchEvent(new CustomEvent("homeostat:value", { detail: news }));
  for (const place of document.querySelectorAll(`[data-entity="${CSS.escape(news.entity_id)}"]`)) {
    const value = place.querySelector(".value");
    // Of counters the card shows today's sum, which only the server knows.
    if (value && !news.total && !place.hasAttribute("data-fixed")) {
      const before = value.textContent;
      show(value, news.text, news.unit);
      if (value.textContent !== before) {
        value.classList.remove("tick");
        requestAnimationFrame(() => value.classList.add("tick"));
      }
    }
    const age = place.querySelector("time[data-age]");
    if (age && news.taken_at) {
      age.dateTime = news.taken_at;
      age.textContent = ago((Date.now() - Date.parse(news.taken_at)) / 1000) ?? age.textContent;
    }
    if (news.available) place.classList.remove("stale", "ageing");
  }
}

// Rights have changed: the page as it is now, or a kind word where it is no longer ours to see.
async function followRights() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer && [403, 404].includes(answer.status)) location.replace("/ended");
  else location.reload();
}

const stream = document.querySelector("[data-live]");
if (stream) {
  stream.addEventListener("value", take);
  stream.addEventListener("rights", followRights);
  stream.addEventListener("htmx:sse:error", () => away(true));
  stream.addEventListener("htmx:sse:after:connection", () => {
    away(false);
    refreshAges();
  });
}
