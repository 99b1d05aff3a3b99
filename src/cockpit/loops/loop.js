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
      const open = [...live.querySelectorAll("details")].map((one) => one.open);
      const parts = [...fresh.querySelectorAll("details")];
      // Newest first: what the reader opened keeps its place counted from the end.
      parts.toReversed().forEach((one, at) => {
        const was = open.toReversed()[at];
        if (was !== undefined) one.open = was;
      });
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
