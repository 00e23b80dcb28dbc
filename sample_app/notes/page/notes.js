// The page: a list of notes, and one that is being written.

const $ = (id) => document.getElementById(id);
const api = new URL("api/notes", document.baseURI).href;

// What is lost on the way is sent again, for about as long as a database takes to restart.
const PAUSES = [100, 200, 400, 800, 1600, 3200, 3200, 3200, 3200];
const COME_AGAIN = new Set([502, 503, 504]);

// The note on the screen: as the server has it, and under which name its creation is sent.
let note = blank();
let listed = { search: "", page: 1 };
let saving = Promise.resolve(true);
let newestList = 0;

function blank() {
  return { id: null, etag: null, title: "", text: "", key: crypto.randomUUID() };
}

async function send(method, path, { body, headers = {}, onRetry = () => {} } = {}) {
  const request = { method, headers };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  for (const pause of PAUSES) {
    const response = await fetch(api + path, request).catch(() => null);
    if (response && !COME_AGAIN.has(response.status)) return response;
    onRetry();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return fetch(api + path, request).catch(() => new Response(null, { status: 503 }));
}

async function refreshList() {
  const mine = ++newestList;
  const query = new URLSearchParams({ search: listed.search, page: listed.page });
  const response = await send("GET", `?${query}`);
  if (mine !== newestList || !response.ok) return;
  const found = await response.json();
  if (found.page > found.pages) {
    listed.page = found.pages;
    return refreshList();
  }
  const count = found.total === 1 ? "1 note" : `${found.total} notes`;
  $("count").textContent = listed.search ? `${count} with “${listed.search}”` : count;
  $("page").textContent = `Page ${found.page} of ${found.pages}`;
  $("previous").disabled = found.page <= 1;
  $("next").disabled = found.page >= found.pages;
  $("pager").hidden = found.pages === 1;
  $("list").replaceChildren(...found.notes.map(listItem));
}

function listItem({ id, title }) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.dataset.note = id;
  if (id === note.id) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => leave(() => open(id)));
  item.append(button);
  return item;
}

function show(shown) {
  note = shown;
  $("title").value = note.title;
  $("text").value = note.text;
  showHeading();
  showErrors({});
  say("");
  $("conflict").hidden = true;
}

function showHeading() {
  $("note-heading").textContent = note.id === null ? "New note" : `Note ${note.id}`;
  $("delete").hidden = note.id === null;
  for (const button of $("list").querySelectorAll("button")) {
    if (Number(button.dataset.note) === note.id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function say(words) {
  $("status").textContent = words;
}

function showErrors(errors) {
  for (const name of ["title", "text"]) {
    $(`${name}-error`).textContent = errors[name] ?? "";
    $(name).setAttribute("aria-invalid", String(name in errors));
  }
}

function isDirty() {
  return $("title").value !== note.title || $("text").value !== note.text;
}

// Nothing typed is lost by going somewhere else: it is saved first.
async function leave(go) {
  if (isDirty() && !(await save())) return;
  await go();
}

async function open(id) {
  const response = await send("GET", `/${id}`);
  if (!response.ok) {
    say("That note is not there any more.");
    return refreshList();
  }
  show({ ...(await response.json()), etag: response.headers.get("ETag") });
  $("note-heading").scrollIntoView({ block: "nearest" }); // it is below the list on a small screen
}

// One after the other: what is typed during a save goes into the next one.
function save() {
  saving = saving.then(saveNow);
  return saving;
}

async function saveNow() {
  const body = { title: $("title").value, text: $("text").value };
  const saved = note;
  say("Saving…");
  const response = await send(saved.id === null ? "POST" : "PUT", saved.id === null ? "" : `/${saved.id}`, {
    body,
    headers: saved.id === null ? { "Idempotency-Key": saved.key } : { "If-Match": saved.etag },
    onRetry: () => say("Saving… The server is slow to answer, trying again."),
  });
  if (response.ok) {
    const stored = await response.json();
    if (note === saved) take(stored, response.headers.get("ETag"), body);
    await refreshList();
    return true;
  }
  await explain(response);
  return false;
}

function take(stored, etag, sent) {
  const untouched = $("title").value === sent.title;
  note = { ...stored, etag };
  if (untouched) $("title").value = stored.title;
  showHeading();
  showErrors({});
  $("conflict").hidden = true;
  say(isDirty() ? "Saved; what you typed since is not." : "Saved.");
}

async function explain(response) {
  if (response.status === 412) return showConflict();
  const problem = await response.json().catch(() => ({}));
  showErrors(problem.errors ?? {});
  if (response.status === 404) say("Somebody has deleted this note. Your text is still here.");
  else if (response.status === 422) say("Not saved.");
  else say("Not saved: the server cannot be reached. Your text is still here.");
}

async function showConflict() {
  const response = await send("GET", `/${note.id}`);
  if (!response.ok) return explain(response);
  const theirs = { ...(await response.json()), etag: response.headers.get("ETag") };
  $("their-title").textContent = theirs.title;
  $("their-text").textContent = theirs.text;
  $("take-theirs").onclick = () => show(theirs);
  $("keep-mine").onclick = () => {
    note = { ...note, etag: theirs.etag };
    return save();
  };
  $("conflict").hidden = false;
  $("take-theirs").focus();
  say("Not saved.");
}

async function remove() {
  const response = await send("DELETE", `/${note.id}`, { headers: { "If-Match": note.etag } });
  if (response.status === 412) return showConflict();
  if (!response.ok && response.status !== 404) return explain(response);
  show(blank());
  say("Deleted.");
  await refreshList();
}

function turn(by) {
  listed.page += by;
  return refreshList();
}

$("note").addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
$("search-form").addEventListener("submit", (event) => event.preventDefault());
$("search").addEventListener("input", () => {
  listed = { search: $("search").value.trim(), page: 1 };
  refreshList();
});
$("new").addEventListener("click", () => leave(() => { show(blank()); $("title").focus(); }));
$("delete").addEventListener("click", remove);
$("previous").addEventListener("click", () => turn(-1));
$("next").addEventListener("click", () => turn(1));
window.addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });

show(note);
refreshList();
