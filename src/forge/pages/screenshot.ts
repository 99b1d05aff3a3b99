// Pictures of pages, taken with a Chromium that is already on the machine.
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { Fault, toFault } from "../../base/fault.ts";

export interface Screenshot {
  readonly url: string;
  /** Where the PNG goes. */
  readonly file: string;
  /** Size of the window in CSS pixels; default 1280 × 800. */
  readonly width: number;
  readonly height?: number;
  /** The whole page instead of what the window shows. */
  readonly fullPage?: boolean;
  /** Only the first element that matches. */
  readonly selector?: string;
}

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

/** Arguments that Chromium needs without a display, and those that keep it from calling home. */
export const browserArguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] as const;

/** The browser to use: what `CHROMIUM` names, else /usr/bin/chromium, else the first known name on the search path; or null. */
export async function findBrowser(environment: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const chosen = environment.CHROMIUM;
  if (chosen) return (await isExecutable(chosen)) ? chosen : null;
  const folders = (environment.PATH ?? "").split(delimiter).filter(Boolean);
  const candidates = ["/usr/bin/chromium", ...folders.flatMap((folder) => names.map((name) => join(folder, name)))];
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  return null;
}

const isExecutable = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Takes a picture of a page. Throws a `Fault` when no browser exists, or when it or the page fails. */
export async function screenshot(wanted: Screenshot): Promise<void> {
  const executablePath = await findBrowser();
  if (executablePath === null) {
    throw new Fault(
      `Could not take a picture of ${wanted.url}: no Chromium was found. Install one, or set CHROMIUM to one that exists; no picture was made.`,
      { kind: "not_found", retry: "never" },
    );
  }
  try {
    await take(executablePath, wanted);
  } catch (error) {
    throw toFault(error, `Could not take a picture of ${wanted.url} with ${executablePath}`);
  }
}

async function take(executablePath: string, wanted: Screenshot): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: [...browserArguments] });
  try {
    const page = await browser.newPage({ viewport: { width: wanted.width, height: wanted.height ?? 800 } });
    const response = await page.goto(wanted.url, { waitUntil: "load" });
    if (!response?.ok()) throw new Error(`the page answered ${response?.status() ?? "nothing"}`);
    if (wanted.selector) await page.locator(wanted.selector).first().screenshot({ path: wanted.file });
    else await page.screenshot({ path: wanted.file, fullPage: wanted.fullPage ?? false });
  } finally {
    await browser.close();
  }
}
