// Follows a loop: reads the page again whenever the server says that something was decided, and swaps the part that changes.
const live = document.getElementById("live");
const source = new EventSource(live.dataset.events);
let isReading = false;
let isStale = false;

const read = async () => {
  isStale = true;
  if (isReading) return;
  isReading = true;
  while (isStale) {
    isStale = false;
    try {
      const response = await fetch(location.href, { cache: "no-store" });
      if (!response.ok) break;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("live");
      // What the reader opened or closed stays so; what is new is as it comes.
      for (const was of live.querySelectorAll("details[data-part]")) {
        const same = fresh.querySelector(`details[data-part="${was.dataset.part}"]`);
        if (same !== null) same.open = was.open;
      }
      live.replaceChildren(...fresh.childNodes);
    } catch {
      break;
    }
    await new Promise((done) => setTimeout(done, 500));
  }
  isReading = false;
};

source.addEventListener("decided", read);
source.addEventListener("open", () => {
  document.getElementById("follows").hidden = false;
});
source.addEventListener("error", () => {
  document.getElementById("follows").hidden = true;
});
