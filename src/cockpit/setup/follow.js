// Reads the page again as soon as there is something new on it.
const known = document.querySelector("[data-stage]")?.dataset.stage;

const ask = async () => {
  try {
    const response = await fetch("/stage", { cache: "no-store" });
    if (response.ok && (await response.text()) !== known) location.reload();
  } catch {
    // Closed, or away for a moment: what is on the page stays.
  }
  setTimeout(ask, 2000);
};

if (known !== undefined) setTimeout(ask, 2000);
