// Returns why an action on an element has to wait, or null: arguments are the element, whether it is pointed at,
// whether something is typed into it, and how often this was asked before.
const [element, isPointed, isTyped, tries] = arguments;
const activity = globalThis.__robot_cherrypy_activity;
const telling = ["id", "name", "class", "type", "role", "aria-label", "title", "data-testid", "href", "src"];
const named = (node) => {
  const shown = telling.filter((name) => node.getAttribute(name));
  return `<${[node.localName, ...shown.map((name) => `${name}="${node.getAttribute(name).slice(0, 80)}"`)].join(" ")}>`;
};
const parent = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
const contains = (outer, inner) => {
  for (let node = inner; node; node = parent(node)) if (node === outer) return true;
  return false;
};
const animationsOf = (node) => document.getAnimations().filter(
  (animation) => animation.playState === "running" && animation.effect?.target && contains(animation.effect.target, node));
const hitAt = (root, x, y) => {
  let hit = root.elementFromPoint(x, y);
  for (let inner; hit?.shadowRoot && (inner = hit.shadowRoot.elementFromPoint(x, y)) && inner !== hit;) hit = inner;
  return hit;
};
const labels = (hit) => {
  for (let node = hit; node; node = parent(node)) if (node.localName === "label") return node.control;
  return null;
};
const center = (node) => {
  const box = [...node.getClientRects()].find((each) => each.width && each.height);
  if (!box) return null;
  const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
  const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
  return { x: (left + right) / 2, y: (top + bottom) / 2, isInView: left < right && top < bottom };
};
// What of the frames around this document lies above a point of it.
const aroundAt = (x, y) => {
  for (let inner = globalThis; inner !== inner.top;) {
    let frame;
    try { frame = inner.frameElement; } catch { return null; }
    if (!frame) return null;
    const box = frame.getBoundingClientRect();
    x += box.left + frame.clientLeft;
    y += box.top + frame.clientTop;
    const hit = hitAt(frame.getRootNode(), x, y);
    if (hit && hit !== frame && !contains(frame, hit)) return hit;
    inner = inner.parent;
  }
  return null;
};

const shown = element.localName === "option" || element.localName === "optgroup" ? element.closest("select") ?? element : element;
const what = named(element);
if (element.localName === "input" && element.type === "file") return null;
if ((isPointed || isTyped) && element.matches(":disabled")) return { what, why: "is disabled", isFatal: true };
if ((isPointed || isTyped) && element.closest('[aria-disabled="true"]')) return { what, why: "is marked as disabled" };
if (isTyped && element.readOnly) return { what, why: "is read-only" };
let point = center(shown);
if (!point || !shown.checkVisibility({ visibilityProperty: true })) return { what, why: "is not visible" };
// Where something is fixed at an edge of the window, another place in it may be free.
const places = ["center", "center", "end", "start"];
if (!point.isInView || (tries > 0 && tries < places.length && !contains(shown, hitAt(document, point.x, point.y)))) {
  shown.scrollIntoView({ behavior: "instant", block: places[tries] ?? "center", inline: "nearest" });
  point = center(shown) ?? point;
}
const covering = () => {
  const hit = hitAt(document, point.x, point.y);
  if (hit && !contains(shown, hit) && labels(hit) !== shown && shown.localName !== "area")
    return { what, why: `is covered by ${named(hit)}`, isFatal: isPointed || isTyped, isCovered: true };
  const around = hit && aroundAt(point.x, point.y);
  return around ? { what, why: `is covered by ${named(around)}, which lies above its frame`, isFatal: isPointed || isTyped, isCovered: true } : null;
};
const animations = animationsOf(shown);
if (!activity?.isMoving() && !animations.length) return covering();
const place = () => { const box = shown.getBoundingClientRect(); return [box.x, box.y, box.width, box.height].join(); };
const nextFrame = activity?.nextFrame ?? requestAnimationFrame;
const elapse = activity?.elapse ?? setTimeout;
// Whether something has come about; a window that is not shown has no frames, and a busy machine draws them late.
const comes = (promise) => new Promise((done) => {
  promise.then(() => done(true));
  elapse(() => done(document.hidden), document.hidden ? 100 : 1000);
});
const begun = Promise.allSettled(animations.map((animation) => animation.ready));
const frame = () => comes(new Promise((done) => nextFrame(done)));
return comes(begun).then(frame).then((isDrawn) => {
  const before = place();
  return frame().then((isDrawnAgain) => {
    if (!isDrawn || !isDrawnAgain) return { what, why: "may be moving: the browser draws nothing at the moment" };
    if (before !== place()) return { what, why: "is moving" };
    point = center(shown) ?? point;
    return covering();
  });
});
