// Follows a page as it changes on the server: reads it again and swaps the regions that differ, never one being typed in.

const pause = { fine: 1500, hidden: 5000, unreachable: 8000 };

/** A region as the server sent it; how long ago things happened does not count as a change. */
const sent = (region) => region.outerHTML.replace(/(<time\b[^>]*>)[^<]*/g, "$1");

const seen = new Map();
const regions = (root) => root.querySelectorAll("[data-live]");
for (const region of regions(document)) seen.set(region.id, sent(region));

const isTyping = (region) =>
  region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, button")
    ? true
    : [...region.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue) ||
      region.querySelector("details.editor[open]") !== null;

const keepOpen = (old, fresh) => {
  const states = [...old.querySelectorAll("details")].map((one) => one.open);
  fresh.querySelectorAll("details").forEach((one, at) => {
    if (states[at] !== undefined) one.open = states[at];
  });
};

const refreshTimes = (old, fresh) => {
  const words = [...fresh.querySelectorAll("time")];
  old.querySelectorAll("time").forEach((one, at) => {
    if (words[at]) one.textContent = words[at].textContent;
  });
};

const swap = (fresh) => {
  const old = document.getElementById(fresh.id);
  if (!old) return;
  if (seen.get(fresh.id) === sent(fresh)) return refreshTimes(old, fresh);
  if (isTyping(old)) return;
  seen.set(fresh.id, sent(fresh));
  keepOpen(old, fresh);
  old.replaceWith(fresh);
  fresh.classList.add("changed");
};

const addAndRemove = (list) => {
  const old = document.getElementById(list.id);
  if (!old) return;
  const wanted = new Set([...list.children].map((one) => one.id));
  for (const child of [...old.children]) if (!wanted.has(child.id) && !isTyping(child)) child.remove();
  let after = null;
  for (const child of [...list.children]) {
    const known = document.getElementById(child.id);
    if (!known) {
      seen.set(child.id, sent(child));
      const copy = document.importNode(child, true);
      copy.classList.add("changed");
      if (after) after.after(copy);
      else old.prepend(copy);
      after = copy;
    } else after = known;
  }
};

const status = document.getElementById("live");
const say = (words, isFine) => {
  if (!status) return;
  status.hidden = false;
  status.classList.toggle("lost", !isFine);
  const place = status.querySelector(".live-words");
  if (place.textContent !== words) place.textContent = words;
};

let tag = "";
const read = async () => {
  const headers = { accept: "text/html", ...(tag ? { "if-none-match": tag } : {}) };
  const response = await fetch(location.href, { headers, cache: "no-store" });
  if (response.status === 304) return;
  if (!response.ok) throw new Error(`The page answered ${response.status}`);
  tag = response.headers.get("etag") ?? "";
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const list of page.querySelectorAll("[data-list]")) addAndRemove(list);
  for (const region of [...regions(page)]) swap(document.importNode(region, true));
  document.title = page.title;
};

const follow = async () => {
  let next = document.hidden ? pause.hidden : pause.fine;
  try {
    if (!document.hidden) await read();
    say("live", true);
  } catch {
    next = pause.unreachable;
    say("not connected", false);
  }
  setTimeout(follow, next);
};

document.getElementById("person")?.addEventListener("change", (event) => event.target.form.requestSubmit());
document.addEventListener("visibilitychange", () => !document.hidden && read().catch(() => {}));
setTimeout(follow, pause.fine);
