// Fields of selectors: searching by name with the keyboard, sliders and colours beside their boxes.
let asking = 0;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const parts = (box) => ({ input: box.querySelector("[role=combobox]"), list: box.querySelector("[role=listbox]") });
const options = (list) => [...list.querySelectorAll("[data-value]")];

async function open(box, delay = 0) {
  const { input, list } = parts(box);
  const mine = ++asking;
  await wait(delay);
  if (mine !== asking) return;
  const typed = box.dataset.picker === "text" && box.dataset.typed !== "1" ? "" : input.value.trim();
  const asked = new URLSearchParams({ selector: box.dataset.asked, q: typed });
  const answer = await fetch(`/automations/choices?${asked}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  if (mine !== asking || !found) return;
  if (box.dataset.picker === "text" && !found.length) return close(box);
  list.replaceChildren(...found.map((one, at) => offer(one, `${list.id}-${at}`)));
  if (!found.length) list.append(nothing(typed));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  activate(box, typed ? 0 : -1);
}

function close(box) {
  const { input, list } = parts(box);
  asking++;
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function activate(box, at) {
  const { input, list } = parts(box);
  const all = options(list);
  all.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
  const one = all[at];
  if (!one) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", one.id);
  one.scrollIntoView({ block: "nearest" });
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function offer(one, id) {
  const made = element("li", "combo-one");
  made.id = id;
  made.setAttribute("role", "option");
  Object.assign(made.dataset, { value: one.value, label: one.name, more: one.more });
  made.append(element("b", "", one.name));
  if (one.more) made.append(element("small", "", one.more));
  return made;
}

function nothing(typed) {
  const words = typed ? `Nothing here is called “${typed}”.` : "There is nothing of this kind here yet.";
  const made = element("li", "combo-none", words);
  made.setAttribute("role", "option");
  made.setAttribute("aria-disabled", "true");
  return made;
}

function row(box, option) {
  const line = element("li", "picked-one");
  const label = element("label", "picked-words");
  const check = element("input");
  Object.assign(check, { type: "checkbox", name: box.dataset.name, value: option.dataset.value, checked: true });
  const words = element("span");
  words.append(element("b", "", option.dataset.label));
  if (option.dataset.more) words.append(element("small", "", option.dataset.more));
  label.append(check, words);
  line.append(label);
  return line;
}

function pick(box, option) {
  const { input } = parts(box);
  if (box.dataset.picker === "text") {
    input.value = option.dataset.value;
  } else {
    const picked = box.parentElement.querySelector(".picked");
    const there = [...picked.querySelectorAll("input")].find((one) => one.value === option.dataset.value);
    if (box.dataset.picker === "one") picked.replaceChildren(row(box, option));
    else if (there) there.checked = true;
    else picked.append(row(box, option));
    input.value = "";
    box.parentElement.querySelector("[data-told]").textContent = `${option.dataset.label} is chosen.`;
  }
  close(box);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

const boxOf = (event) => event.target.closest?.("[data-picker]");
document.addEventListener("input", (event) => {
  const box = event.target.getAttribute?.("role") === "combobox" && boxOf(event);
  if (box) {
    box.dataset.typed = "1";
    open(box, 150);
  }
  if (event.target.dataset?.companion) {
    const field = document.getElementById(event.target.dataset.companion);
    field.value = event.target.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  const companion = event.target.id && document.querySelector(`[data-companion="${CSS.escape(event.target.id)}"]`);
  if (companion && event.target.value) companion.value = event.target.value;
});
document.addEventListener("focusin", (event) => {
  if (event.target.getAttribute?.("role") === "combobox" && boxOf(event)) boxOf(event).dataset.typed = "";
});
document.addEventListener("focusout", (event) => {
  if (event.target.getAttribute?.("role") === "combobox" && boxOf(event)) close(boxOf(event));
});
document.addEventListener("click", (event) => {
  const box = event.target.getAttribute?.("role") === "combobox" && boxOf(event);
  if (box && parts(box).list.hidden) open(box);
  const mover = event.target.closest?.("[data-move]");
  if (mover) {
    const line = mover.closest("li");
    line.previousElementSibling?.before(line);
    mover.focus();
    mover.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
// The press, not the click: the field must not lose its focus first.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.(".combo-list [data-value]");
  if (event.target.closest?.(".combo-list")) event.preventDefault();
  if (option && event.button === 0) pick(option.closest("[data-picker]"), option);
});
document.addEventListener("keydown", (event) => {
  const box = event.target.getAttribute?.("role") === "combobox" && boxOf(event);
  if (box) return steer(box, event);
  if (event.key === "Enter" && event.target.matches?.("textarea[data-indent]")) indent(event);
});

function steer(box, event) {
  const { list } = parts(box);
  const all = options(list);
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) open(box);
    else activate(box, (at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % (all.length || 1));
  } else if (event.key === "Enter" && !list.hidden && at >= 0) {
    event.preventDefault();
    pick(box, all[at]);
  } else if (event.key === "Enter" && box.dataset.picker !== "text") {
    event.preventDefault();
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    event.stopPropagation();
    close(box);
  }
}

// A new line of YAML begins below the one before.
function indent(event) {
  const { selectionStart: from, selectionEnd: to, value } = event.target;
  const line = value.slice(value.lastIndexOf("\n", from - 1) + 1, from);
  const space = line.match(/^ */)[0] + (/:\s*$/.test(line) ? "  " : "");
  if (!space) return;
  event.preventDefault();
  event.target.setRangeText(`\n${space}`, from, to, "end");
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
}

function dress(root) {
  root.querySelectorAll?.("[data-companion], [data-move]").forEach((one) => { one.hidden = false; });
}
dress(document);
document.addEventListener("htmx:after:swap", () => dress(document));
