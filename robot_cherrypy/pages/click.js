// Returns the page before a click, the element that will be clicked, how many elements the locator
// matches, and what covers the element; `count` is null if the locator is of an unknown kind. It
// reads the page only. Elements are found as SeleniumLibrary finds them.
((snapshot, longest, strategy, locator, tags) => {
  const byXpath = (root) => {
    const found = root.evaluate(locator, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    return Array.from({ length: found.snapshotLength }, (_, index) => found.snapshotItem(index));
  };
  const textOf = (element) => element.textContent.trim().replace(/\s+/g, " ");
  const isNamed = (element) => {
    const names = ["id", "name"];
    if (tags !== "*") names.push("value", "href", "src", "alt");
    const hasText = element.localName === "a" || element.localName === "button";
    return names.some((name) => element.getAttribute(name) === locator) || (hasText && textOf(element) === locator);
  };
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const strategies = {
    "class": (root) => [...root.getElementsByClassName(locator)],
    "css": (root) => all(root, locator),
    "default": (root) => all(root, tags).filter(isNamed),
    "id": (root) => all(root, `[id="${CSS.escape(locator)}"]`),
    "link": (root) => all(root, "a").filter((link) => textOf(link) === locator),
    "name": (root) => all(root, `[name="${CSS.escape(locator)}"]`),
    "partial link": (root) => all(root, "a").filter((link) => textOf(link).includes(locator)),
    "tag": (root) => [...root.getElementsByTagName(locator)],
    "xpath": byXpath,
  };

  const find = (root) => {
    const found = strategies[strategy](root);
    if (found.length) return found;
    for (const frame of all(root, "iframe, frame")) {
      let inner = null;
      try { inner = frame.contentDocument; } catch { }  // of another origin
      const within = inner ? find(inner) : [];
      if (within.length) return within;
    }
    return [];
  };

  const describe = (element) => {
    const names = ["id", "name", "type", "class", "href"].filter((name) => element.getAttribute(name));
    const shown = names.map((name) => ` ${name}="${element.getAttribute(name).slice(0, 100)}"`);
    const isField = /^(input|textarea|select)$/.test(element.localName);
    const text = isField ? "" : (element.innerText ?? "").trim().replace(/\s+/g, " ").slice(0, 100);
    return `<${element.localName}${shown.join("")}>` + (text && ` “${text}”`);
  };

  const coverOf = (element) => {
    const box = element.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const above = element.getRootNode().elementFromPoint?.(x, y);
    const isPart = !above || element.contains(above) || above.contains(element) || above.control === element;
    return isPart ? "" : describe(above);
  };

  let found = null;
  try { if (strategies[strategy]) found = find(document); } catch { }  // the locator cannot be read
  const element = found?.[0] ?? null;
  return {
    ...snapshot(longest, element),
    count: found && found.length,
    element: element ? describe(element) : "",
    cover: element ? coverOf(element) : "",
    width: innerWidth, height: document.documentElement.scrollHeight, url: location.href,
  };
})
