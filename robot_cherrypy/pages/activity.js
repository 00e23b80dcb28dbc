// Knows what of a page or worker will still run by itself. It runs before any script of the page.
// Times are in milliseconds of the page's own time, which its fake timers do not move.
(() => {
  if (globalThis.__robot_cherrypy_activity) return;
  const now = performance.now.bind(performance);
  const elapse = globalThis.setTimeout.bind(globalThis);
  const nextFrame = globalThis.requestAnimationFrame?.bind(globalThis);
  const began = now();
  const isWhole = !globalThis.document?.body || document.URL === "about:blank";
  // From this depth on a timer that is set by a timer counts as one that repeats, as in a poll.
  const deepest = 5;
  const waiting = new Map();
  let version = 0, depth = 0, tasks = 0, mutations;

  const replace = (owner, name, apply) => {
    if (typeof owner?.[name] !== "function") return;
    try { owner[name] = new Proxy(owner[name], { apply }); } catch { /* it cannot be replaced */ }
  };
  const schedule = (name, kind, dueAfter, every) => replace(globalThis, name, (target, self, [callback, ...rest]) => {
    const entry = { due: now() + dueAfter(rest[0]), every: every && Math.max(1, +rest[0] || 0), kind, depth: depth + 1 };
    let key;
    const run = typeof callback !== "function" ? callback : function (...values) {
      if (every) entry.due = now() + entry.every; else waiting.delete(key);
      const outer = depth;
      [version, depth] = [version + 1, entry.depth];
      try { return Reflect.apply(callback, this, values); } finally { depth = outer; }
    };
    const identifier = Reflect.apply(target, self, [run, ...rest]);
    key = `${kind} ${identifier}`;
    waiting.set(key, entry);
    return identifier;
  });
  const cancel = (name, kind) => replace(globalThis, name, (target, self, values) => {
    waiting.delete(`${kind} ${values[0]}`);
    return Reflect.apply(target, self, values);
  });
  const delay = (value) => Math.max(0, +value || 0);
  schedule("setTimeout", "timer", delay, false);
  schedule("setInterval", "timer", delay, true);
  schedule("requestAnimationFrame", "frame", () => 0, false);
  schedule("requestIdleCallback", "idle", () => 0, false);
  cancel("clearTimeout", "timer");
  cancel("clearInterval", "timer");
  cancel("cancelAnimationFrame", "frame");
  cancel("cancelIdleCallback", "idle");

  // What ends by itself and is no timer: it counts until its promise is settled.
  const end = () => { tasks -= 1; version += 1; };
  const watch = (owner, ...names) => names.forEach((name) => replace(owner, name, (target, self, values) => {
    const result = Reflect.apply(target, self, values);
    if (typeof result?.then === "function") { tasks += 1; result.then(end, end); }
    return result;
  }));
  const { Blob, Cache, CacheStorage, HTMLImageElement, LockManager, Response, Scheduler, SubtleCrypto } = globalThis;
  watch(globalThis, "createImageBitmap");
  watch(Response?.prototype, "arrayBuffer", "blob", "bytes", "formData", "json", "text");
  watch(Blob?.prototype, "arrayBuffer", "bytes", "text");
  watch(SubtleCrypto?.prototype, "decrypt", "deriveBits", "deriveKey", "digest", "encrypt", "generateKey", "importKey",
    "sign", "verify");
  watch(CacheStorage?.prototype, "delete", "has", "keys", "match", "open");
  watch(Cache?.prototype, "add", "addAll", "delete", "keys", "match", "matchAll", "put");
  watch(HTMLImageElement?.prototype, "decode");
  watch(LockManager?.prototype, "request");
  watch(Scheduler?.prototype, "postTask", "yield");
  watch(globalThis.WebAssembly, "compile", "compileStreaming", "instantiate", "instantiateStreaming");
  const { FileReader, Geolocation, IDBRequest, IDBTransaction } = globalThis;
  for (const name of ["readAsArrayBuffer", "readAsDataURL", "readAsText"])
    replace(FileReader?.prototype, name, (target, self, values) => {
      tasks += 1;
      self.addEventListener("loadend", end, { once: true });
      return Reflect.apply(target, self, values);
    });
  replace(Geolocation?.prototype, "getCurrentPosition", (target, self, [found, failed, ...rest]) => {
    tasks += 1;
    const then = (callback) => (value) => { end(); callback?.(value); };
    return Reflect.apply(target, self, [then(found), then(failed), ...rest]);
  });
  const settled = (request) => {
    tasks += 1;
    for (const name of request instanceof IDBRequest ? ["success", "error"] : ["complete", "abort"])
      request.addEventListener(name, end, { once: true });
    return request;
  };
  for (const name of ["open", "deleteDatabase"])
    replace(globalThis.IDBFactory?.prototype, name, (...call) => settled(Reflect.apply(...call)));
  replace(globalThis.IDBDatabase?.prototype, "transaction", (...call) => settled(Reflect.apply(...call)));

  // Where workers cannot be asked themselves, one may send something at any time until it is ended.
  const workers = new Set(), ended = new WeakSet();
  try {
    globalThis.Worker &&= new Proxy(globalThis.Worker, {
      construct(target, values, created) {
        const worker = Reflect.construct(target, values, created);
        workers.add(new WeakRef(worker));
        return worker;
      },
    });
  } catch { /* it cannot be replaced */ }
  replace(globalThis.Worker?.prototype, "terminate", (target, self, values) => {
    ended.add(self);
    return Reflect.apply(target, self, values);
  });

  const inWords = (entry) => {
    if (entry.every) return `an interval of ${Math.round(entry.every)} ms`;
    const name = { frame: "an animation frame", idle: "an idle callback", timer: "a timer" }[entry.kind];
    return entry.kind === "timer" ? `${name} that is due in ${Math.max(0, Math.round(entry.due - now()))} ms` : name;
  };
  // Transitions and animations that end, in milliseconds until they do.
  const animations = () => (globalThis.document?.getAnimations?.() ?? []).flatMap((animation) => {
    if (animation.playState !== "running" || !animation.effect) return [];
    const left = (animation.effect.getComputedTiming().endTime - animation.currentTime) / (animation.playbackRate || 1);
    return Number.isFinite(left) ? [left] : [];
  });
  const isPlaying = () => [...(globalThis.document?.querySelectorAll("audio, video") ?? [])].some(
    (media) => !media.paused && !media.ended);

  const state = (within, workersAreAsked = true) => {
    if (globalThis.document && !mutations) {
      mutations = new MutationObserver(() => { version += 1; });
      mutations.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
    }
    const moment = now();
    for (const [key, entry] of waiting)  // code as a text does not tell when it has run
      if (!entry.every && entry.kind === "timer" && entry.due < moment - 1000) waiting.delete(key);
    const soon = [...waiting.values()].filter((entry) => entry.due <= moment + within);
    const once = soon.filter((entry) => !entry.every && entry.depth < deepest);
    const both = [];
    if (tasks) both.push("a task of a script");
    if (globalThis.document && document.readyState !== "complete") both.push("the page is loading");
    if (animations().some((left) => left <= within)) both.push("an animation");
    const changing = [...both, ...soon.map(inWords)];
    if (!isWhole) changing.push("what the page began before it was watched");
    if (!workersAreAsked && [...workers].some((each) => each.deref() && !ended.has(each.deref()))) changing.push("a worker");
    if (isPlaying()) changing.push("a film or sound");
    return { version, began, changing: [...new Set(changing)].slice(0, 5), pending: [...both, ...once.map(inWords)].slice(0, 5) };
  };
  const isMoving = () => [...waiting.values()].some((entry) => entry.kind === "frame");
  Object.defineProperty(globalThis, "__robot_cherrypy_activity", { value: { elapse, isMoving, nextFrame, state } });
})()
