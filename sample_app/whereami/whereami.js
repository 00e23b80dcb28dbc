// Shows the browser's position on a map, and sends it to the server. The map is drawn here: it needs no
// tiles, fonts or scripts of other hosts.
'use strict';

const $ = (id) => document.getElementById(id);
const svg = (name, attributes) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const STALE_AFTER = Number(document.body.dataset.staleAfter) * 1000;

// How long the browser may take to find the position, in milliseconds: GPS needs some seconds outdoors.
const TIMEOUT = 20000;

// Spherical Mercator projection: the world is one unit wide.
const project = (longitude, latitude) => {
  const sine = Math.sin(Math.max(-85, Math.min(85, latitude)) * Math.PI / 180);
  return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
};
const latitudeAt = (y) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;

// The length of the equator.
const METRES_AROUND = 40075017;

// How wide the label of a meridian is at most, in pixels.
const LABEL_WIDTH = 80;

// The outlines of continents and islands, simplified: longitude, latitude, longitude, ...
const LAND = [
  [-168, 66, -156, 71, -125, 70, -95, 69, -82, 62, -94, 59, -82, 52, -78, 62, -64, 59, -56, 52, -66, 44, -76, 35, -81, 25, -84, 30, -97, 27, -96, 19, -90, 21, -83, 9, -79, 9, -86, 12, -95, 16, -106, 21, -117, 33, -124, 40, -125, 49, -140, 60, -158, 57],
  [-79, 9, -72, 12, -60, 9, -50, 1, -35, -6, -40, -20, -48, -26, -57, -36, -66, -44, -69, -54, -75, -50, -71, -30, -70, -18, -81, -5],
  [-10, 37, -9, 43, -1, 44, -4, 48, 4, 52, 8, 57, 11, 54, 20, 55, 23, 60, 30, 60, 22, 63, 25, 66, 18, 62, 17, 57, 11, 59, 5, 60, 14, 68, 28, 71, 41, 67, 60, 69, 73, 73, 105, 77, 140, 72, 180, 69, 178, 63, 163, 60, 157, 51, 155, 60, 140, 59, 140, 48, 128, 40, 129, 35, 122, 40, 122, 30, 110, 21, 107, 11, 100, 13, 103, 2, 98, 9, 94, 17, 88, 22, 80, 14, 77, 8, 72, 20, 61, 25, 56, 27, 48, 30, 59, 22, 44, 13, 35, 28, 36, 37, 27, 37, 23, 38, 19, 42, 13, 45, 18, 40, 15, 38, 10, 44, 3, 42, -2, 37],
  [-6, 36, 10, 37, 20, 31, 32, 31, 43, 11, 51, 12, 40, -4, 40, -15, 35, -24, 27, -34, 18, -34, 12, -17, 9, 1, 7, 5, -8, 4, -17, 14, -13, 27],
  [114, -22, 122, -18, 130, -12, 137, -12, 141, -17, 142, -11, 153, -26, 150, -37, 140, -38, 131, -32, 115, -34],
  [-73, 78, -55, 82, -22, 82, -20, 74, -40, 65, -44, 60, -53, 66],
  [-5, 50, 1, 51, -1, 55, -3, 58, -6, 57, -3, 54], [-10, 52, -6, 52, -6, 55, -9, 54],
  [-24, 65, -14, 65, -19, 63], [130, 31, 136, 34, 140, 36, 141, 41, 145, 44, 142, 45, 139, 38, 131, 34],
  [95, 5, 106, -6, 103, -3], [109, 1, 117, 7, 116, -4], [131, -1, 147, -7, 138, -8],
  [43, -25, 47, -25, 50, -15, 44, -17], [167, -46, 174, -41, 178, -38, 173, -35],
  [-180, -78, -60, -74, -57, -63, -10, -71, 60, -67, 110, -66, 170, -71, 180, -78, 180, -85, -180, -85],
];

const view = { x: 0.5, y: 0.42, zoom: 1.2, following: true };
const track = [];
const unsent = [];
let last = null;
let trouble = null;
let watch = null;

// -- the map

function draw() {
  const { width, height } = $('map').getBoundingClientRect();
  const world = 256 * 2 ** view.zoom;
  const place = (longitude, latitude) => {
    const [x, y] = project(longitude, latitude);
    return [width / 2 + (x - view.x) * world, height / 2 + (y - view.y) * world];
  };
  $('chart').setAttribute('viewBox', `0 0 ${width} ${height}`);
  $('land').replaceChildren(...LAND.map((shape) => svg('path', { d: outline(shape, place) })));
  drawGrid(place, width, height, world);
  $('track').setAttribute('points', track.map((p) => place(p.longitude, p.latitude).join()).join(' '));
  $('map').classList.toggle('nowhere', !last);
  if (last) drawMarker(place(last.longitude, last.latitude), world);
  drawScale(world);
}

function outline(shape, place) {
  const points = [];
  for (let i = 0; i < shape.length; i += 2) points.push(place(shape[i], shape[i + 1]).map(Math.round).join());
  return `M${points.join('L')}Z`;
}

function drawGrid(place, width, height, world) {
  const degrees = width / world * 360;
  const steps = [30, 10, 5, 1, 0.5, 0.1, 0.05, 0.01, 0.005, 0.001, 0.0005, 0.0001];
  const step = steps.find((candidate) => degrees / candidate >= 3) || steps.at(-1);
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const labelEvery = Math.ceil(LABEL_WIDTH / (step / 360 * world)); // labels must not overlap
  const lines = [];
  const left = (view.x - 0.5 - width / world / 2) * 360;
  const right = Math.min(180, left + degrees);
  for (let at = Math.ceil(Math.max(-180, left) / step) * step; at <= right; at += step) {
    const [x] = place(at, 0);
    lines.push(svg('line', { x1: x, x2: x, y1: 0, y2: height }));
    if (Math.round(at / step) % labelEvery === 0) lines.push(label(x + 4, 16, `${Math.abs(at).toFixed(digits)}° ${at < 0 ? 'W' : 'E'}`));
  }
  const top = latitudeAt(view.y - height / world / 2);
  const bottom = latitudeAt(view.y + height / world / 2);
  for (let at = Math.ceil(bottom / step) * step; at < top; at += step) {
    const [, y] = place(0, at);
    lines.push(svg('line', { x1: 0, x2: width, y1: y, y2: y }));
    if (y > 34) lines.push(label(4, y - 4, `${Math.abs(at).toFixed(digits)}° ${at < 0 ? 'S' : 'N'}`));
  }
  $('grid').replaceChildren(...lines);
}

function label(x, y, text) {
  const element = svg('text', { x, y });
  element.textContent = text;
  return element;
}

function metresPerPixel(world) {
  return METRES_AROUND * Math.cos(latitudeAt(view.y) * Math.PI / 180) / world;
}

function drawMarker([x, y], world) {
  for (const id of ['marker', 'accuracy']) {
    $(id).setAttribute('cx', x);
    $(id).setAttribute('cy', y);
  }
  $('accuracy').setAttribute('r', Math.max(9, last.accuracy / metresPerPixel(world)));
}

function drawScale(world) {
  const metres = metresPerPixel(world) * 100;
  const unit = 10 ** Math.floor(Math.log10(metres));
  const round = [5, 2, 1].map((factor) => factor * unit).find((length) => length <= metres) || unit;
  const bar = $('scale').firstElementChild;
  bar.style.width = `${round / metres * 100}px`;
  bar.textContent = distance(round);
}

const distance = (metres) => metres < 1000 ? `${Math.round(metres)} m` : `${Math.round(metres / 100) / 10} km`;

function zoomBy(change) {
  view.zoom = Math.max(0.5, Math.min(18, view.zoom + change));
  draw();
}

function moveBy(x, y) {
  const world = 256 * 2 ** view.zoom;
  view.x = Math.max(0, Math.min(1, view.x + x / world));
  view.y = Math.max(0, Math.min(1, view.y + y / world));
  follow(false);
  draw();
}

function follow(on) {
  view.following = on;
  $('follow').setAttribute('aria-pressed', on);
  if (on && last) {
    [view.x, view.y] = project(last.longitude, last.latitude);
    draw();
  }
}

// -- touch, mouse and keyboard

const fingers = new Map();
$('chart').addEventListener('pointerdown', (event) => {
  fingers.set(event.pointerId, event);
  $('chart').setPointerCapture(event.pointerId);
});
$('chart').addEventListener('pointermove', (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
  fingers.set(event.pointerId, event);
  if (other) {
    const apart = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY) || 1;
    zoomBy(Math.log2(apart(event) / apart(before)));
  } else {
    moveBy(before.clientX - event.clientX, before.clientY - event.clientY);
  }
});
for (const name of ['pointerup', 'pointercancel']) {
  $('chart').addEventListener(name, (event) => fingers.delete(event.pointerId));
}
$('chart').addEventListener('wheel', (event) => {
  event.preventDefault();
  zoomBy(-event.deltaY / 300);
}, { passive: false });
$('map').addEventListener('keydown', (event) => {
  const keys = {
    '+': () => zoomBy(1), '-': () => zoomBy(-1), ArrowLeft: () => moveBy(-60, 0),
    ArrowRight: () => moveBy(60, 0), ArrowUp: () => moveBy(0, -60), ArrowDown: () => moveBy(0, 60),
  };
  if (event.target !== $('map') || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
$('in').addEventListener('click', () => zoomBy(1));
$('out').addEventListener('click', () => zoomBy(-1));
$('follow').addEventListener('click', () => follow(true));
$('again').addEventListener('click', locate);
new ResizeObserver(draw).observe($('map'));

// -- the position

function locate() {
  if (!navigator.geolocation) {
    fail('lost', 'This browser cannot tell where it is.');
    return;
  }
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = navigator.geolocation.watchPosition(onPosition, onError, { enableHighAccuracy: true, timeout: TIMEOUT, maximumAge: 0 });
}

function onPosition(position) {
  const { latitude, longitude, accuracy } = position.coords;
  const first = !last;
  last = { latitude, longitude, accuracy, time: position.timestamp / 1000 };
  trouble = null;
  track.push(last);
  if (first) view.zoom = 15;
  if (view.following) [view.x, view.y] = project(longitude, latitude);
  unsent.push(last);
  show();
  draw();
  send();
}

function onError(error) {
  if (error.code === error.PERMISSION_DENIED) {
    fail('denied', 'The browser may not share your position. Allow it in the settings of this site, then locate again.');
  } else {
    fail('lost', 'The position cannot be found at the moment.');
  }
}

function fail(state, text) {
  trouble = { state, text };
  show();
}

const degrees = (value, [positive, negative]) => `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;

function show() {
  const age = last ? Date.now() - last.time * 1000 : 0;
  const stale = age > STALE_AFTER;
  $('map').classList.toggle('stale', Boolean(last) && (stale || Boolean(trouble)));
  if (trouble) showStatus(trouble.state, trouble.text);
  else if (!last) showStatus('waiting', 'Waiting for a position. Allow the browser to share it.');
  else if (stale) showStatus('stale', `This is where you were ${ago(age)}.`);
  else showStatus('here', 'You are here.');
  if (!last) return;
  setText('latitude', degrees(last.latitude, 'NS'));
  setText('longitude', degrees(last.longitude, 'EW'));
  setText('precision', `± ${distance(last.accuracy)}`);
  setText('updated', stale ? ago(age) : 'just now');
}

function ago(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} seconds ago` : `${Math.round(seconds / 60)} minutes ago`;
}

function showStatus(state, text) {
  $('status').dataset.state = state;
  setText('status', text);
}

function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

// -- the server

let sending = false;

async function send() {
  if (sending) return;
  sending = true;
  try {
    while (unsent.length) {
      const response = await fetch('location', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(unsent[0]),
      });
      // A position that the server refuses (4xx) is dropped: it would be refused again. After an
      // error of the server it is sent again later.
      if (response.status >= 500) throw new Error(response.statusText);
      unsent.shift();
    }
    setText('sending', '');
  } catch {
    setText('sending', unsent.length === 1
      ? 'Offline: 1 position waits to be sent.'
      : `Offline: ${unsent.length} positions wait to be sent.`);
  } finally {
    sending = false;
  }
}

window.addEventListener('online', send);
setInterval(() => {
  show();
  if (unsent.length) send();
}, 1000);
// When the user allows the position later, it is shown at once.
navigator.permissions?.query({ name: 'geolocation' }).then((permission) => {
  permission.onchange = () => { if (permission.state === 'granted') locate(); };
});
draw();
locate();
