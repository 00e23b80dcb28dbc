// Moves the clock of a page or worker: `offset` is in milliseconds, `frozen` the moment at which it stands
// still, or null. Without both, the page has its own clock again.
(({ offset, frozen }) => {
  const real = globalThis.__robot_cherrypy_date ?? Date;
  globalThis.__robot_cherrypy_date = real;
  if (offset === 0 && frozen === null) { globalThis.Date = real; return; }
  const now = () => frozen ?? real.now() + offset;
  globalThis.Date = new Proxy(real, {
    construct: (target, values, kind) =>
      Reflect.construct(target, values.length ? values : [now()], kind === globalThis.Date ? target : kind),
    apply: () => new real(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
})
