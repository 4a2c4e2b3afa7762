"""What tells that a name became more: a call, a dialog, a violation of the policy, a request, an element."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request

from tests.attacks.xss import MARK

_BEFORE = f"""
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => window.{MARK}(name);
document.addEventListener("securitypolicyviolation", (event) => {{
  console.error(`VIOLATION ${{event.violatedDirective}} ${{event.blockedURI}} ${{event.sample}}`);
}});
"""
_STRANGE = r"""() => {
  const names = "iframe object embed base frame portal applet marquee math xss style";
  const strange = new Set(names.split(" "));
  const found = [];
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      const name = node.localName;
      if (strange.has(name)) found.push(`<${name}>`);
      const ours = node.type === "application/json" || node.src?.startsWith?.(`${location.origin}/static/`);
      if (name === "script" && !ours) found.push("<script>");
      for (const one of node.attributes) {
        if (/^on|^(data-)?hx-on/.test(one.name)) found.push(`${name} ${one.name}`);
        const leads = /^(href|src|action|formaction|data|xlink:href|hx-get|hx-post)$/.test(one.name);
        const away = /^\s*(javascript|vbscript|data:text)|^\s*(https?:)?[\\/]{2}evil/i.test(one.value);
        if (leads && away) found.push(`${name} ${one.name}=${one.value}`);
        if (one.name === "style" && /evil\.example/.test(one.value)) found.push(`${name} style`);
      }
      if (node.content instanceof DocumentFragment) look(node.content);
    }
  };
  look(document);
  if (Object.prototype.x !== undefined) found.push("Object.prototype");
  return found.slice(0, 20);
}"""


class Watch:
    """A browser in which nothing that was typed may run; `found` is what did, with the page it did it on."""

    def __init__(self, context: BrowserContext, page: Page, home: str) -> None:
        self.context, self.page, self.home = context, page, home
        self.found: list[str] = []
        self.read = ""
        """All text of all pages that were opened, as a person reads it."""

    def _note(self, what: str) -> None:
        self.found.append(f"{self.page.url.removeprefix(self.home)}: {what}")

    async def begin(self) -> None:
        await self.context.expose_function(MARK, lambda *given: self._note(f"{MARK} was called {given}"))
        await self.context.add_init_script(_BEFORE)
        self.page.on("dialog", lambda one: self._note(f"a dialog: {one.message}"))
        self.page.on("console", lambda one: self._note(one.text[:300]) if _is_violation(one.text) else None)
        self.page.on("pageerror", lambda one: self._note(f"script error {one}"))
        self.context.on("request", self._asked)
        self.context.on("page", lambda one: self._note("a window") if one is not self.page else None)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.home:
            self._note(f"a request to {request.url[:120]}")

    async def open(self, path: str) -> None:
        await self.page.goto(self.home + path, wait_until="load")
        await self.look()

    async def look(self) -> None:
        """At the page as it is now, what came by the stream included."""
        for one in await self.page.evaluate(_STRANGE):
            self._note(f"an element: {one}")
        self.read += await self.page.evaluate(
            "document.body.innerText + '\\n' + [...document.querySelectorAll('input, option, [aria-label], [title]')]"
            ".map((one) => [one.value, one.getAttribute('aria-label'), one.title].join('\\n')).join('\\n')"
        )


def _is_violation(text: str) -> bool:
    return "VIOLATION" in text or "Content Security Policy" in text or "TrustedHTML" in text or "TrustedScript" in text


@asynccontextmanager
async def watching(browser: Browser, home: str, cookies: dict[str, str] | None = None) -> AsyncIterator[Watch]:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    await context.add_cookies([{"name": name, "value": value, "url": home} for name, value in (cookies or {}).items()])
    page = await context.new_page()
    watch = Watch(context, page, home)
    await watch.begin()
    try:
        yield watch
    finally:
        await context.close()
