import { access, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MAX_MEASUREMENT_BYTES } from "./capacity/measurement.ts";
import { measurementFilesIn } from "./policy/parse.ts";

/** A mistake of the user that has nothing to do with a line of a policy: a missing file, a wrong option. */
export class UserError extends Error {}

/** Longest part of a file that is read at all; the parser refuses far smaller ones with the size that they have. */
const READ_LIMIT_BYTES = 16 * 1024 * 1024;

/** Text of a policy file. Bytes that are not UTF-8 become U+FFFD, which the parser reports. */
export async function readPolicyText(path: string): Promise<string> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      error.code === "ENOENT"
        ? `${path}: no such file; name an existing policy, or write one with "breakeven init"`
        : `${path}: ${error.message}`,
    );
  });
  if (info.isDirectory()) throw new UserError(`${path}: is a directory; name a policy file`);
  return readStart(path, Math.min(info.size, READ_LIMIT_BYTES));
}

async function readStart(path: string, bytes: number): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * Measurement files that a policy names, found by `read`: each is looked for in the folder of the policy, then at `top`, so that the same
 * policy works on the command line and in the action. A file that `read` does not have is left out; the evaluation says so.
 * Example: `bench/h100.json` of `.github/breakeven.yml` is `.github/bench/h100.json`, else `bench/h100.json`.
 */
export async function measurementFiles(
  policy: { readonly path: string; readonly text: string },
  top: string,
  read: (path: string) => Promise<string | null>,
): Promise<Readonly<Record<string, string>>> {
  const folders = [...new Set([dirname(policy.path), top])];
  const found: [file: string, text: string][] = [];
  for (const file of measurementFilesIn(policy.text)) {
    const text = await firstText(
      folders.map((folder) => (folder === "." ? file : `${folder}/${file}`)),
      read,
    );
    if (text !== null) found.push([file, text]);
  }
  return Object.fromEntries(found);
}

async function firstText(paths: readonly string[], read: (path: string) => Promise<string | null>): Promise<string | null> {
  for (const path of paths) {
    const text = await read(path);
    if (text !== null) return text;
  }
  return null;
}

/** Measurement files of a policy on disk; the top is the nearest folder above it that holds a `.git`. */
export async function readMeasurementFiles(path: string, text: string): Promise<Readonly<Record<string, string>>> {
  return measurementFiles({ path, text }, await topOf(resolve(dirname(path))), async (file) => {
    const info = await stat(file).catch(() => null);
    // One byte above the limit is enough for the evaluation to report the file as too large.
    return info?.isFile() ? readStart(file, Math.min(info.size, MAX_MEASUREMENT_BYTES + 1)) : null;
  });
}

async function topOf(folder: string): Promise<string> {
  const isTop = await access(join(folder, ".git")).then(
    () => true,
    () => false,
  );
  return isTop || dirname(folder) === folder ? folder : topOf(dirname(folder));
}

/** A file to be written. */
export interface NewFile {
  readonly path: string;
  readonly content: string;
}

/** Writes a file whole or not at all: beside the target first, then renamed over it. */
export async function writeWhole(path: string, content: string): Promise<void> {
  await writeAllWhole([{ path, content }]);
}

/**
 * Writes all files or none: all are written beside their targets before the first one is renamed, so that a full disk or a
 * folder that cannot be written leaves everything as it was. Throws a `UserError` that names the file.
 */
export async function writeAllWhole(files: readonly NewFile[]): Promise<void> {
  const written: { readonly path: string; readonly beside: string }[] = [];
  try {
    for (const { path, content } of files) {
      const beside = join(dirname(path), `.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
      await orUserError(path, async () => {
        await mkdir(dirname(path), { recursive: true });
        written.push({ path, beside });
        // On the disk before it takes the old file's place, so that a machine that loses power has one of the two.
        await writeFile(beside, content, { encoding: "utf8", flush: true });
      });
    }
    for (const { path, beside } of written) await orUserError(path, () => rename(beside, path));
  } finally {
    await Promise.all(written.map(({ beside }) => rm(beside, { force: true })));
  }
}

async function orUserError(path: string, act: () => Promise<void>): Promise<void> {
  await act().catch((error: Error) => {
    throw new UserError(`${path}: cannot be written: ${error.message}`);
  });
}

/** The page that `npm run build` puts beside the bundles. It is read when a report is asked for, so no bundle carries it. */
export async function readPageTemplate(): Promise<string> {
  const place = new URL("./page.html", import.meta.url);
  return readFile(place, "utf8").catch(() => {
    throw new UserError(`${place.pathname}: the page is not beside the program; keep dist/ whole, or run "npm run build"`);
  });
}
