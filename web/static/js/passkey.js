// Passkeys. A button with data-passkey asks the hub what to sign (or, with data-make, what to make), lets the browser
// do it, and sends its form with the answer in the field that data-field names.
const REASONS = {
  NotAllowedError: "It was cancelled, or took too long. Nothing was changed.",
  InvalidStateError: "This device has a passkey for this account already.",
  SecurityError: "The browser makes no passkeys for this address. Open the hub by its name, over HTTPS.",
};
const REARM = 8 * 60_000;
const supported = window.isSecureContext && "PublicKeyCredential" in window;
let waiting = null;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function asked(address) {
  const reply = await fetch(address, { headers: { Accept: "application/json" } });
  const body = await reply.json().catch(() => ({}));
  if (body.go) {
    // Who sits here has to show it first.
    location.assign(body.go);
    return new Promise(() => {});
  }
  if (!reply.ok) throw new Error(body.problem ?? body.error?.message ?? "The hub did not answer as it should. Reload the page.");
  return body;
}

async function made(address) {
  const wish = await asked(address);
  return navigator.credentials.create({
    publicKey: {
      ...wish,
      challenge: bytes(wish.challenge),
      user: { ...wish.user, id: bytes(wish.user.id) },
      excludeCredentials: known(wish.excludeCredentials),
    },
  });
}

async function used(address, more = {}) {
  const wish = await asked(address);
  const publicKey = { ...wish, challenge: bytes(wish.challenge), allowCredentials: known(wish.allowCredentials) };
  return navigator.credentials.get({ publicKey, ...more });
}

function told(found) {
  const { response } = found;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    parts.attestationObject = text(response.attestationObject);
    parts.transports = response.getTransports?.() ?? [];
  } else {
    parts.authenticatorData = text(response.authenticatorData);
    parts.signature = text(response.signature);
    if (response.userHandle) parts.userHandle = text(response.userHandle);
  }
  return JSON.stringify({ id: text(found.rawId), rawId: text(found.rawId), type: found.type, response: parts, clientExtensionResults: {} });
}

function say(form, words) {
  const place = form.querySelector("[data-passkey-problem]");
  if (!place) return;
  place.querySelector("span").textContent = words;
  place.hidden = !words;
}

function send(form, field, found) {
  form.elements[field].value = told(found);
  // Not requestSubmit: what else the form wants is not needed then.
  form.submit();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey]");
  if (!button) return;
  const form = button.form;
  waiting?.abort();
  say(form, "");
  button.disabled = true;
  try {
    const found = "make" in button.dataset ? await made(button.dataset.passkey) : await used(button.dataset.passkey);
    send(form, button.dataset.field, found);
  } catch (problem) {
    say(form, REASONS[problem.name] ?? problem.message);
    offer();
  } finally {
    button.disabled = false;
  }
});

// Enter in the name's field means the button.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-passkey][data-make]");
  if (!button) return;
  event.preventDefault();
  button.click();
});

// Where the browser can, it offers passkeys in the name's field, like passwords.
async function offer() {
  const form = document.querySelector("form[data-passkey-offer]");
  if (!form || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const mine = new AbortController();
  waiting = mine;
  const again = setTimeout(() => mine.abort("again"), REARM);
  try {
    const found = await used(form.dataset.passkeyOffer, { mediation: "conditional", signal: mine.signal });
    if (found) send(form, form.dataset.field, found);
  } catch {
    if (mine.signal.reason === "again") offer();
  } finally {
    clearTimeout(again);
  }
}

if (supported) {
  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = false;
  offer().catch(() => {});
} else {
  for (const part of document.querySelectorAll("[data-passkey-missing]")) part.hidden = false;
}
