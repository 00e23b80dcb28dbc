// Returns the document as it is now: with the rules of its style sheets, the values of its fields,
// its frames and shadow roots, and without scripts and what is typed into password fields; and what
// the page tells its user, and its clock. It reads the page only: a copy of its elements could run
// their scripts. It ends after so many characters. An element may be marked by a frame around it.
((longest = 400_000, marked = null) => {
  const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
  const SECRET = /password|one-time-code|cc-number|cc-csc/;
  const LEFT_OUT = new Set(["script", "noscript"]);
  const TELLING = "[role=alert], [role=status], [role=alertdialog], [aria-live=polite], [aria-live=assertive], " +
    "output, .alert, .error, .errors, .errorlist, .error-message, .invalid-feedback, .toast";
  const mostMessages = 10, longestMessage = 500;
  const secrets = [], messages = [];
  let parts = [], length = 0, whole = true;

  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const add = (text) => { parts.push(text); length += text.length; };
  const isFull = () => { if (length > longest) whole = false; return !whole; };

  // Adds what is visible of elements that tell something; one within another tells it once.
  const listen = (root) => {
    for (const element of root.querySelectorAll(TELLING)) {
      if (messages.length === mostMessages) return;
      if (element.parentElement?.closest(TELLING) || !element.checkVisibility?.()) continue;
      const text = element.innerText.trim().replace(/\s+/g, " ").slice(0, longestMessage);
      if (text && !messages.includes(text)) messages.push(text);
    }
  };

  const attributes = (element, name) => {
    const values = new Map([...element.attributes].map(({ name, value }) => [name, value]));
    const toggle = (name, isOn) => isOn ? values.set(name, "") : values.delete(name);
    if (name === "input") {
      if (element.type === "password" || SECRET.test(values.get("autocomplete"))) {
        if (element.value) secrets.push(element.value);
        values.set("value", element.value ? "•••" : "");
      } else if (element.type === "checkbox" || element.type === "radio") {
        toggle("checked", element.checked);
      } else if (element.type !== "file") {
        values.set("value", element.value);
      }
    } else if (name === "option") {
      toggle("selected", element.selected);
    }
    if (element === marked) {
      values.set("style", `${values.get("style") ?? ""}; outline: 3px solid #d00; outline-offset: 2px`);
    }
    return values;
  };

  const styleOf = (element) => {
    try {
      return [...element.sheet.cssRules].map((rule) => rule.cssText).join("\n").slice(0, longest);
    } catch { return null; }  // a browser does not show rules of another origin
  };

  const documentIn = (frame) => {
    try { return frame.contentDocument; } catch { return null; }
  };

  // Writes what a frame shows into the attribute that gives a frame its document.
  const frameOf = (element, values) => {
    const inner = documentIn(element);
    if (!inner?.documentElement || length > longest) return;
    listen(inner);
    const outer = parts;
    parts = [];
    write(inner.documentElement);
    values.set("srcdoc", parts.join(""));
    values.delete("src");
    parts = outer;
  };

  const write = (node) => {
    if (isFull()) return;
    if (node.nodeType === Node.TEXT_NODE) {
      const isRaw = node.parentNode?.localName === "style";
      const text = node.data.slice(0, longest);
      if (text.length < node.data.length) whole = false;
      add(isRaw ? text : escape(text));
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      writeElement(node);
    }
  };

  const writeElement = (element) => {
    const name = element.localName;
    if (LEFT_OUT.has(name)) return;
    if (name === "link" && element.relList.contains("stylesheet")) {
      const style = styleOf(element);
      if (style !== null) { add(`<style>${style}</style>`); return; }
    }
    const values = attributes(element, name);
    if (name === "iframe") frameOf(element, values);
    const list = [...values].map(([name, value]) => ` ${name}="${escape(value)}"`);
    add(`<${name}${list.join("")}>`);
    if (VOID.has(name)) return;
    if (element.shadowRoot) {
      listen(element.shadowRoot);
      add(`<template shadowrootmode="open">`);
      for (const child of element.shadowRoot.childNodes) write(child);
      add("</template>");
    }
    if (name === "textarea") add(escape(element.value.slice(0, longest)));
    else for (const child of element.childNodes) { if (isFull()) break; write(child); }
    add(`</${name}>`);
  };

  listen(document);
  write(document.documentElement);
  const now = new (globalThis.__robot_cherrypy_date ?? Date)();
  return {
    html: "<!DOCTYPE html>" + parts.join(""), whole, secrets, messages, time: now.getTime(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "", eastOfUtc: -now.getTimezoneOffset(),
  };
})
