// A large file, sent as it is while its progress is shown; then the page tells what it holds.
for (const box of document.querySelectorAll("[data-upload]")) {
  const field = box.querySelector("input[type=file]");
  const button = box.querySelector("button");
  const said = box.querySelector("[data-said]");
  const bar = box.querySelector("progress");

  const say = (text) => { said.textContent = text; said.hidden = false; };
  const failed = (text) => { say(text); bar.hidden = true; button.disabled = false; };

  field.addEventListener("change", () => { button.disabled = !field.files.length; });
  button.disabled = !field.files.length;
  button.addEventListener("click", () => {
    const file = field.files[0];
    if (!file) return;
    const sending = new XMLHttpRequest();
    sending.open("POST", `${box.dataset.upload}?name=${encodeURIComponent(file.name.slice(0, 200))}`);
    sending.setRequestHeader("Content-Type", "application/zip");
    sending.upload.addEventListener("progress", (event) => { bar.value = event.loaded / event.total; });
    sending.addEventListener("load", () => {
      if (sending.status === 201) { location.reload(); return; }
      let words = "It could not be sent.";
      try { words = JSON.parse(sending.responseText).error.message; } catch { /* the status says enough */ }
      failed(words);
    });
    sending.addEventListener("error", () => failed("The connection was lost. Nothing was kept; send it again."));
    button.disabled = true;
    bar.hidden = false;
    say("It is being sent.");
    sending.send(file);
  });
}
