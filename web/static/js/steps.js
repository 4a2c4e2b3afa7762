// A long form one step at a time; without this script it is simply long. Starts where something is wrong.
const form = document.querySelector("[data-steps]");
if (form) {
  const steps = [...form.querySelectorAll("[data-step]")];
  const acts = form.querySelector("[data-steps-acts]");
  const submit = acts.querySelector("button");
  const make = (text, className) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = className;
    button.textContent = text;
    return button;
  };
  const back = make("Back", "button");
  const on = make("Continue", "button button-main");
  const dots = document.createElement("p");
  dots.className = "step-count small quiet push";
  acts.prepend(back);
  submit.before(on);
  acts.append(dots);
  let at = Math.max(0, steps.findIndex((step) => step.querySelector("[aria-invalid=true]")));

  function show(focus = true) {
    steps.forEach((step, index) => { step.hidden = index !== at; });
    back.hidden = at === 0;
    on.hidden = at === steps.length - 1;
    submit.hidden = at !== steps.length - 1;
    dots.textContent = `${at + 1} of ${steps.length}`;
    if (focus) steps[at].querySelector("input, select")?.focus();
  }
  const sound = () => [...steps[at].querySelectorAll("input, select")].every((field) => field.reportValidity());
  // A step may be looked at by the hub before one goes on, so that nothing typed later is typed in vain.
  async function fits(step) {
    if (!step.dataset.check) return true;
    let problem = "";
    const body = new URLSearchParams({ form_token: form.elements.form_token.value });
    for (const field of step.querySelectorAll("[name]")) body.set(field.name, field.value);
    try {
      const reply = await fetch(step.dataset.check, { method: "POST", body });
      if (!reply.ok) problem = await reply.text();
    } catch {
      problem = "The hub does not answer. Is it still running?";
    }
    const field = step.querySelector("input");
    step.querySelector(".field-error")?.remove();
    field.toggleAttribute("aria-invalid", false);
    if (!problem) return true;
    const words = document.createElement("p");
    words.className = "field-error";
    words.id = `e-${field.name}`;
    words.setAttribute("role", "alert");
    words.textContent = problem;
    field.after(words);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", words.id);
    field.select();
    return false;
  }
  on.addEventListener("click", async () => {
    if (!sound()) return;
    on.disabled = true;
    const good = await fits(steps[at]);
    on.disabled = false;
    if (good) { at += 1; show(); }
  });
  back.addEventListener("click", () => { at -= 1; show(); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !on.hidden && event.target.matches("input")) {
      event.preventDefault();
      on.click();
    }
  });
  const again = form.querySelector("#password_again");
  again?.addEventListener("input", () => again.setCustomValidity(again.value === form.querySelector("#password").value ? "" : "The two don’t match."));
  show(false);
}

const zone = document.querySelector("select[data-zone]");
if (zone && !zone.value) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === here)) zone.value = here;
}
