// The one door through which text becomes part of the page: htmx's, and what it brings must be plain. Not a module: it
// has to be here before htmx begins. Browsers that know no Trusted Types pass the same door.
(() => {
  const LINKS = new Set(["href", "xlink:href", "src", "action", "formaction", "data", "to", "values", "from"]);
  const EMBEDS = "iframe, frame, object, embed, applet, base, portal, fencedframe, meta[http-equiv]";
  // Kept in here: nothing else on the page can make text trusted, and a second policy is refused.
  const WORKER = "/sw.js";
  const same = {
    createHTML: (text) => text,
    createScript: (text) => text,
    createScriptURL: (address) => (address === WORKER ? address : refuse("another worker")),
  };
  const policy = window.trustedTypes?.createPolicy("homeostat", same) ?? same;
  // The one worker there is, and nothing else, can be begun from outside of here.
  window.homeostat = Object.freeze({
    worker: () => navigator.serviceWorker.register(policy.createScriptURL(WORKER), { scope: "/", updateViaCache: "none" }),
  });
  // Fields of a form may be named like its properties; these are asked past them.
  const { getAttribute, getAttributeNames, matches } = Element.prototype;
  const inside = Object.getOwnPropertyDescriptor(HTMLTemplateElement.prototype, "content").get;
  const all = (root) => (root instanceof Document ? Document : DocumentFragment).prototype.querySelectorAll.call(root, "*");

  function refuse(what) {
    throw new Error(`Not shown: ${what} came where a part of a page was expected`);
  }

  function look(root, head) {
    for (const node of all(root)) {
      if (matches.call(node, EMBEDS)) refuse("an embedded document");
      if (matches.call(node, "script") && !data(node) && !ours(node, head)) refuse("a script");
      for (const name of getAttributeNames.call(node)) judge(name.toLowerCase(), getAttribute.call(node, name));
      if (node instanceof HTMLTemplateElement) look(inside.call(node), false);
    }
  }

  const data = (node) => getAttribute.call(node, "type") === "application/json";
  // Of a whole page htmx reads the title out of its head, and shows nothing else of that.
  const ours = (node, head) => head && /^\/static\/[\w./-]+\.js$/.test(getAttribute.call(node, "src") ?? "");

  function judge(name, value) {
    const code = /^(on|(data-)?hx-on)/.test(name) || name === "srcdoc"
      || (/^(data-)?hx-/.test(name) && /(^|[^\w-])(js|javascript):/i.test(value))
      || (LINKS.has(name) && /^(javascript|vbscript|data:(?!image\/(png|gif|jpeg|webp)))/i.test(value.replace(/[\0-\x20]+/g, "")));
    if (code) refuse(`the attribute ${name}`);
  }

  function Never() {
    throw new Error("Pages of the hub hold no code in their attributes");
  }

  htmx.registerExtension("homeostat-trust", {
    init: (api) => api.initSecurity(
      {
        createHTML(text) {
          const trusted = policy.createHTML(text);
          const parsed = Document.parseHTMLUnsafe?.(trusted) ?? new DOMParser().parseFromString(trusted, "text/html");
          look(parsed, /^<head[\s>]/i.test(text));
          return trusted;
        },
        createScript(text) {
          // The data of a chart. JSON runs nothing, wherever it stands.
          if (text.trim()) JSON.parse(text);
          return policy.createScript(text);
        },
      },
      Never,
      Never,
    ),
  });
})();
