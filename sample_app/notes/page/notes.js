// The page: a list of notes, and one that is being written.

const $ = (id) => document.getElementById(id);
const api = new URL("api/notes", document.baseURI).href;

// What is lost on the way is sent again, for about as long as a database takes to restart.
const PAUSES = [100, 200, 400, 800, 1600, 3200, 3200, 3200, 3200];
const COME_AGAIN = new Set([502, 503, 504]);
const UNREACHABLE = { ok: false, status: 503, etag: null, content: {} };

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
  let answer = UNREACHABLE;
  for (const pause of PAUSES) {
    answer = await attempt(api + path, request).catch(() => UNREACHABLE);
    if (!COME_AGAIN.has(answer.status)) break;
    onRetry();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return answer;
}

// An answer that breaks off is as good as none, so all of it is read here.
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
  const mine = ++newestList;
  const query = new URLSearchParams({ search: listed.search, page: listed.page });
  const answer = await send("GET", `?${query}`);
  if (mine !== newestList || !answer.ok) return;
  const found = answer.content;
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
  const answer = await send("GET", `/${id}`);
  if (!answer.ok) {
    say("That note is not there any more.");
    return refreshList();
  }
  show({ ...answer.content, etag: answer.etag });
  $("note-heading").scrollIntoView({ block: "nearest" }); // it is below the list on a small screen
}

// One after the other: what is typed during a save goes into the next one.
function save() {
  say("Saving…");
  saving = saving.then(saveNow);
  return saving;
}

async function saveNow() {
  const body = { title: $("title").value, text: $("text").value };
  const saved = note;
  say("Saving…");
  const answer = await send(saved.id === null ? "POST" : "PUT", saved.id === null ? "" : `/${saved.id}`, {
    body,
    headers: saved.id === null ? { "Idempotency-Key": saved.key } : { "If-Match": saved.etag },
    onRetry: () => say("Saving… The server is slow to answer, trying again."),
  });
  if (answer.ok) {
    if (note === saved) take({ ...answer.content, etag: answer.etag }, body);
    refreshList();
    return true;
  }
  await explain(answer);
  return false;
}

function take(stored, sent) {
  const untouched = $("title").value === sent.title;
  note = stored;
  if (untouched) $("title").value = stored.title;
  showHeading();
  showErrors({});
  $("conflict").hidden = true;
  say(isDirty() ? "Saved; what you typed since is not." : "Saved.");
}

async function explain(answer) {
  if (answer.status === 412) return showConflict();
  showErrors(answer.content.errors ?? {});
  if (answer.status === 404) say("Somebody has deleted this note. Your text is still here.");
  else if (answer.status === 422) say("Not saved.");
  else say("Not saved: the server cannot be reached. Your text is still here.");
}

async function showConflict() {
  const answer = await send("GET", `/${note.id}`);
  if (!answer.ok) return explain(answer);
  const theirs = { ...answer.content, etag: answer.etag };
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
  const answer = await send("DELETE", `/${note.id}`, { headers: { "If-Match": note.etag } });
  if (answer.status === 412) return showConflict();
  if (!answer.ok && answer.status !== 404) return explain(answer);
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
$("note").addEventListener("input", () => say("Not saved yet."));
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
