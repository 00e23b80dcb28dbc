// The page: a list of notes, and a form for a single one.

const $ = (id) => document.getElementById(id);
const api = new URL("api/notes", document.baseURI).href;

// The pauses before a failed request is repeated, in milliseconds: 16 seconds in all, which is more than
// the restart of a database takes.
const PAUSES = [100, 200, 400, 800, 1600, 3200, 3200, 3200, 3200];

// The statuses with which a request failed for the moment: the load balancer or the database is missing.
const TEMPORARY = new Set([502, 503, 504]);

// What stands for a response when there was none.
const UNREACHABLE = { ok: false, status: 503, etag: null, content: {} };

// The note in the form, as the server has it. `key` is the Idempotency-Key of its creation.
let note = blank();

// What the list shows.
let listed = { search: "", page: 1 };

// The last save, after which the next one starts.
let saving = Promise.resolve(true);

// The number of the last request for the list: older responses are ignored.
let lastList = 0;

function blank() {
  return { id: null, etag: null, title: "", text: "", key: crypto.randomUUID() };
}

async function send(method, path, { body, headers = {}, onRetry = () => {} } = {}) {
  const request = { method, headers };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  let response = UNREACHABLE;
  for (const pause of PAUSES) {
    response = await attempt(api + path, request).catch(() => UNREACHABLE);
    if (!TEMPORARY.has(response.status)) break;
    onRetry();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return response;
}

// Reads all of the response: one that breaks off counts as a failed attempt.
async function attempt(url, request) {
  const response = await fetch(url, request);
  const content = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  return {
    ok: response.ok,
    status: response.status,
    etag: response.headers.get("ETag"),
    content: isJson ? JSON.parse(content) : {},
  };
}

async function refreshList() {
  const number = ++lastList;
  const query = new URLSearchParams({ search: listed.search, page: listed.page });
  const response = await send("GET", `?${query}`);
  if (number !== lastList || !response.ok) return;
  const list = response.content;
  if (list.page > list.pages) {
    listed.page = list.pages;
    return refreshList();
  }
  const count = list.total === 1 ? "1 note" : `${list.total} notes`;
  $("count").textContent = listed.search ? `${count} with “${listed.search}”` : count;
  $("page").textContent = `Page ${list.page} of ${list.pages}`;
  $("previous").disabled = list.page <= 1;
  $("next").disabled = list.page >= list.pages;
  $("pager").hidden = list.pages === 1;
  $("list").replaceChildren(...list.notes.map(listItem));
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
  showStatus("");
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

function showStatus(text) {
  $("status").textContent = text;
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

// Saves what was typed before another note is shown.
async function leave(go) {
  if (isDirty() && !(await save())) return;
  await go();
}

async function open(id) {
  const response = await send("GET", `/${id}`);
  if (!response.ok) {
    showStatus("That note is not there any more.");
    return refreshList();
  }
  show({ ...response.content, etag: response.etag });
  $("note-heading").scrollIntoView({ block: "nearest" }); // on a small screen the form is below the list
}

// Saves run one after the other: what is typed during one goes into the next.
function save() {
  showStatus("Saving…");
  saving = saving.then(saveNow);
  return saving;
}

async function saveNow() {
  const body = { title: $("title").value, text: $("text").value };
  const saved = note;
  showStatus("Saving…");
  const response = await send(saved.id === null ? "POST" : "PUT", saved.id === null ? "" : `/${saved.id}`, {
    body,
    headers: saved.id === null ? { "Idempotency-Key": saved.key } : { "If-Match": saved.etag },
    onRetry: () => showStatus("Saving… The server is slow to answer, trying again."),
  });
  if (response.ok) {
    if (note === saved) showSaved({ ...response.content, etag: response.etag }, body);
    refreshList();
    return true;
  }
  await explain(response);
  return false;
}

function showSaved(stored, sent) {
  const untouched = $("title").value === sent.title;
  note = stored;
  if (untouched) $("title").value = stored.title;
  showHeading();
  showErrors({});
  $("conflict").hidden = true;
  showStatus(isDirty() ? "Saved; what you typed since is not." : "Saved.");
}

async function explain(response) {
  if (response.status === 412) return showConflict();
  showErrors(response.content.errors ?? {});
  if (response.status === 404) showStatus("Somebody has deleted this note. Your text is still here.");
  else if (response.status === 422) showStatus("Not saved.");
  else showStatus("Not saved: the server cannot be reached. Your text is still here.");
}

async function showConflict() {
  const response = await send("GET", `/${note.id}`);
  if (!response.ok) return explain(response);
  const theirs = { ...response.content, etag: response.etag };
  $("their-title").textContent = theirs.title;
  $("their-text").textContent = theirs.text;
  $("take-theirs").onclick = () => show(theirs);
  $("keep-mine").onclick = () => {
    note = { ...note, etag: theirs.etag };
    return save();
  };
  $("conflict").hidden = false;
  $("take-theirs").focus();
  showStatus("Not saved.");
}

async function remove() {
  const response = await send("DELETE", `/${note.id}`, { headers: { "If-Match": note.etag } });
  if (response.status === 412) return showConflict();
  if (!response.ok && response.status !== 404) return explain(response);
  show(blank());
  showStatus("Deleted.");
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
$("note").addEventListener("input", () => showStatus("Not saved yet."));
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
