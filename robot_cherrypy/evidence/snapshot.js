// Returns the document as it is now: with the rules of its own style sheets, the values of its
// fields, and without scripts and what is typed into password fields.
const copy = document.documentElement.cloneNode(true);
const pairs = (selector, act) => {
  const now = document.querySelectorAll(selector);
  copy.querySelectorAll(selector).forEach((one, index) => now[index] && act(one, now[index]));
};
const secrets = [];
pairs("input", (one, now) => {
  if (now.type === "password") {
    if (now.value) secrets.push(now.value);
    one.setAttribute("value", now.value ? "•••" : "");
  } else if (now.type === "checkbox" || now.type === "radio") {
    one.toggleAttribute("checked", now.checked);
  } else if (now.type !== "file") {
    one.setAttribute("value", now.value);
  }
});
pairs("textarea", (one, now) => { one.textContent = now.value; });
pairs("option", (one, now) => one.toggleAttribute("selected", now.selected));
pairs("link[rel=stylesheet]", (one, now) => {
  const style = document.createElement("style");
  try {
    style.textContent = [...now.sheet.cssRules].map((rule) => rule.cssText).join("\n");
  } catch { return; }  // of another origin
  one.replaceWith(style);
});
copy.querySelectorAll("script, noscript").forEach((one) => one.remove());
return {
  url: location.href,
  title: document.title,
  state: document.readyState,
  size: [innerWidth, innerHeight],
  height: document.documentElement.scrollHeight,
  html: "<!DOCTYPE html>" + copy.outerHTML,
  secrets,
};
