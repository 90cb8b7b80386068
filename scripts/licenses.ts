import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes licenses.txt beside the bundles: name, version and licence text of every package whose code is in them.
 * The bundler marks each module's origin in a comment, so the list is what was bundled, not what was installed.
 */
const dist = process.env.BREAKEVEN_DIST ?? "dist";
const ORIGIN = /^\/\/ ((?:\S*\/)?node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const bundles = (await readdir(dist)).filter((name) => name.endsWith(".js"));
const folders = new Set<string>();
for (const bundle of bundles) {
  for (const match of (await readFile(join(dist, bundle), "utf8")).matchAll(ORIGIN)) if (match[1] !== undefined) folders.add(match[1]);
}
if (folders.size === 0) throw new Error(`no package found in the bundles of ${dist}; has the bundler changed its comments?`);

const sections = new Map<string, string>();
for (const folder of folders) {
  const manifest: Manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)(\.|-|$)/i.test(entry));
  const text = file === undefined ? "(the package carries no licence file)" : await readFile(join(folder, file), "utf8");
  const title = `${manifest.name} ${manifest.version}`;
  sections.set(title, `${title}\nLicence: ${manifest.license ?? "see below"}\n\n${text.replaceAll("\r\n", "\n").trim()}\n`);
}
const ordered = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
await writeFile(join(dist, "licenses.txt"), ordered.join(`\n${"-".repeat(80)}\n\n`));
console.log(`${ordered.length} licences in ${join(dist, "licenses.txt")}`);
