import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes two files beside the bundles: licenses.txt with the name, version and licence text of every package whose code is
 * in them, and sbom.cdx.json with the same packages as a CycloneDX 1.6 bill of materials (no clock, no serial number: the
 * same sources give the same bytes).
 * The bundler marks each module's origin in a comment, so the list is what was bundled, not what was installed.
 */
const dist = process.env.BREAKEVEN_DIST ?? "dist";
const ORIGIN = /^\/\/ ((?:\S*\/)?node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

interface LockEntry {
  readonly integrity?: string;
}

const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(await readFile("package-lock.json", "utf8"));
const product: Manifest = JSON.parse(await readFile("package.json", "utf8"));

const bundles = (await readdir(dist)).filter((name) => name.endsWith(".js") || name === "page.html");
const folders = new Set<string>();
for (const bundle of bundles) {
  for (const match of (await readFile(join(dist, bundle), "utf8")).matchAll(ORIGIN)) if (match[1] !== undefined) folders.add(match[1]);
}
if (folders.size === 0) throw new Error(`no package found in the bundles of ${dist}; has the bundler changed its comments?`);

const sections = new Map<string, string>();
const titles = new Map<string, string>();
const components = new Map<string, object>();
for (const folder of folders) {
  const manifest: Manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)(\.|-|$)/i.test(entry));
  const text = file === undefined ? "(the package carries no licence file)" : await readFile(join(folder, file), "utf8");
  const title = `${manifest.name} ${manifest.version}`;
  titles.set(folder, title);
  components.set(title, component(manifest, lock.packages[folder.slice(folder.indexOf("node_modules/"))]?.integrity));
  sections.set(title, `${title}\nLicence: ${manifest.license ?? "see below"}\n\n${text.replaceAll("\r\n", "\n").trim()}\n`);
}
const ordered = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
await writeFile(join(dist, "licenses.txt"), ordered.join(`\n${"-".repeat(80)}\n\n`));
const sbom = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { type: "application", name: product.name, version: product.version } },
  components: [...components].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
};
await writeFile(join(dist, "sbom.cdx.json"), `${JSON.stringify(sbom, null, 1)}\n`);
await writeLicencesIntoPage(join(dist, "page.html"));
console.log(`${ordered.length} licences in ${join(dist, "licenses.txt")}`);

/** One package; `integrity` of the lock file is base64 of the SHA-512 of its archive. */
function component({ name, version, license }: Manifest, integrity: string | undefined): object {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const hash = integrity?.startsWith("sha512-") ? Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex") : undefined;
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(hash === undefined ? {} : { hashes: [{ alg: "SHA-512", content: hash }] }),
    purl,
  };
}

/** The page travels alone, so the licences of what it is made of travel inside it, in place of the bundler's list of modules. */
async function writeLicencesIntoPage(path: string): Promise<void> {
  const page = await readFile(path, "utf8");
  const block = /(<script type="text\/plain" id="licences">)([\s\S]*?)(<\/script>)/;
  const own = new Set([...(block.exec(page)?.[2] ?? "").matchAll(ORIGIN)].map((match) => titles.get(match[1] ?? "")));
  const texts = [...sections].filter(([title]) => own.has(title)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (texts.length === 0) throw new Error(`${path} does not say which packages are in it`);
  const licences = texts.map(([, section]) => section.replaceAll("<", "&lt;")).join("\n");
  await writeFile(
    path,
    page.replace(block, (_, open: string, __, close: string) => `${open}\n${licences}${close}`),
  );
}
