/**
 * Shows a comment as GitHub would: `npx tsx scripts/preview-comment.ts COMMENT.md FOLDER [--open]` writes the page and
 * four pictures of it, desktop and phone, light and dark. `--open` unfolds every details block.
 * The browser is the one that the variable CHROMIUM names, else `chromium` on the PATH.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { chromium } from "playwright-core";

const [source, folder, open] = process.argv.slice(2);
if (source === undefined || folder === undefined) {
  console.error("usage: npx tsx scripts/preview-comment.ts COMMENT.md FOLDER [--open]");
  process.exit(3);
}

const screens = [
  { name: "desktop", width: 900, padding: 32 },
  { name: "phone", width: 390, padding: 16 },
];
const schemes = ["light", "dark"] as const;

/** The comment inside a frame like the one of a pull request; GitHub sets comments in 14 px. */
function page(markdown: string, padding: number): string {
  const css = readFileSync(createRequire(import.meta.url).resolve("github-markdown-css/github-markdown.css"), "utf8");
  const body = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  const unfolded = open === "--open" ? body.replaceAll("<details>", "<details open>") : body;
  return `<!doctype html><meta charset="utf-8"><style>${css}
    body { margin: 0; padding: ${padding / 2}px; background: light-dark(#fff, #0d1117); color-scheme: light dark; }
    .markdown-body { font-size: 14px; padding: 16px; border: 1px solid light-dark(#d1d9e0, #3d444d); border-radius: 6px; }
  </style><article class="markdown-body">${unfolded}</article>`;
}

const executablePath = process.env.CHROMIUM ?? execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const markdown = readFileSync(source, "utf8");
const name = basename(source, ".md");
mkdirSync(folder, { recursive: true });
for (const screen of screens) {
  const html = page(markdown, screen.padding);
  writeFileSync(join(folder, `${name}-${screen.name}.html`), html);
  for (const colorScheme of schemes) {
    const tab = await browser.newPage({ viewport: { width: screen.width, height: 800 }, colorScheme, deviceScaleFactor: 2 });
    await tab.setContent(html);
    await tab.screenshot({ path: join(folder, `${name}-${screen.name}-${colorScheme}.png`), fullPage: true });
    await tab.close();
  }
}
await browser.close();
