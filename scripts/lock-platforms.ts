import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";

/**
 * Completes package-lock.json with the optional binaries of other platforms. A registry mirror that serves one platform only
 * leaves them, or their hashes, out of the lock, and `npm ci` then refuses it elsewhere or installs what nobody compared. Run
 * after every `npm install`; it adds what is missing, as the registry describes it, and changes nothing else.
 */
interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** What `npm view NAME@VERSION --json` answers, as far as the lock file repeats it. */
interface Published {
  readonly cpu?: readonly string[];
  readonly os?: readonly string[];
  readonly libc?: readonly string[];
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dist: { readonly integrity: string };
}

const PATH = "package-lock.json";

function published(name: string, version: string): Published {
  const answer: Published = JSON.parse(execFileSync("npm", ["view", `${name}@${version}`, "--json"], { encoding: "utf8" }));
  if (!answer.dist.integrity.startsWith("sha512-")) throw new Error(`the registry has no SHA-512 of ${name} ${version}`);
  return answer;
}

/** The entry that `npm install` writes where the registry serves every platform; the keys in its order. */
function lockEntry(version: string, dev: boolean, { cpu, os, libc, license, engines, dist }: Published): LockEntry {
  return {
    version,
    integrity: dist.integrity,
    ...(cpu === undefined ? {} : { cpu }),
    ...(dev ? { dev } : {}),
    ...(libc === undefined ? {} : { libc }),
    ...(license === undefined ? {} : { license }),
    optional: true,
    ...(os === undefined ? {} : { os }),
    ...(engines === undefined ? {} : { engines }),
  };
}

const lock: { packages: Record<string, LockEntry> } = JSON.parse(await readFile(PATH, "utf8"));
const completed: string[] = [];
for (const { dev, optionalDependencies } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    if (!/^\d/.test(version) || lock.packages[place]?.integrity !== undefined) continue;
    const answer = published(name, version);
    // What every platform installs is npm's own to write.
    if (answer.cpu === undefined && answer.os === undefined) continue;
    lock.packages[place] = lockEntry(version, dev === true, answer);
    completed.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
await writeFile(PATH, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`completed ${completed.length} optional packages of other platforms${completed.map((name) => `\n  ${name}`).join("")}`);
