import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Rebuilds the bundles beside the committed ones and fails on any difference. */
const fresh = await mkdtemp(join(tmpdir(), "breakeven-dist-"));
try {
  execFileSync("npm", ["run", "--silent", "build"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, BREAKEVEN_DIST: fresh },
  });
  const names = [...new Set([...(await readdir(fresh)), ...(await readdir("dist"))])].sort();
  const differing: string[] = [];
  for (const name of names) {
    const [ours, rebuilt] = await Promise.all(
      [join("dist", name), join(fresh, name)].map((path) => readFile(path, "utf8").catch(() => null)),
    );
    if (ours !== rebuilt) differing.push(name);
  }
  if (differing.length > 0) {
    console.error(`dist does not match the sources: ${differing.join(", ")}; run "npm run build" and commit the result`);
    process.exitCode = 1;
  } else {
    console.log(`dist matches the sources: ${names.join(", ")}`);
  }
} finally {
  await rm(fresh, { recursive: true, force: true });
}
