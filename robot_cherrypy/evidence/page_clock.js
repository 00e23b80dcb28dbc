// Moves the clock of the page: `offset` is in milliseconds, `frozen` the moment at which it stands
// still, or null. Without both, the page has its own clock again.
(({ offset, frozen }) => {
  const real = window.__robot_cherrypy_date ?? Date;
  window.__robot_cherrypy_date = real;
  if (offset === 0 && frozen === null) { window.Date = real; return; }
  const now = () => frozen ?? real.now() + offset;
  window.Date = new Proxy(real, {
    construct: (target, values, kind) =>
      Reflect.construct(target, values.length ? values : [now()], kind === window.Date ? target : kind),
    apply: () => new real(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
})
