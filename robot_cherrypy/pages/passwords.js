// Returns what is typed into password fields, also in frames and shadow roots. It reads the page only.
(() => {
  const SECRET = /password|one-time-code|cc-number|cc-csc/;
  const found = [];
  const search = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === "input") {
        const isSecret = element.type === "password" || SECRET.test(element.getAttribute("autocomplete"));
        if (isSecret && element.value) found.push(element.value);
      }
      if (element.shadowRoot) search(element.shadowRoot);
      try {
        if (element.contentDocument) search(element.contentDocument);
      } catch { }  // a frame of another origin
    }
  };
  search(document);
  return found;
})
