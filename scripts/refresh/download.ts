import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Tries of one file, and the wait before the second one; each further wait is twice as long. Our choice. */
const TRIES = 4;
const FIRST_WAIT_MS = 500;
const TIMEOUT_MS = 120_000;

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERRORS_FROM = 500;

/** Why a source could not be loaded or read. The message names the address and what to do. */
export class SourceError extends Error {}

export interface DownloadOptions {
  /** Folder for what is loaded so far; it outlives the process, so that the next run goes on where this one was cut. */
  readonly partsFolder: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly firstWaitMs?: number;
}

/**
 * Text of a file behind an address. A cut connection is resumed where it broke (`Range`), as long as the server proves
 * with `If-Range` that the file is still the same; else the file is loaded anew. Server errors and cut connections are
 * tried four times, other answers once.
 *
 * Throws SourceError with the address and the status, e.g. `http://.../data.json: answered 404; ...`.
 */
export async function download(url: string, options: DownloadOptions): Promise<string> {
  await mkdir(options.partsFolder, { recursive: true });
  const part = partOf(url, options.partsFolder);
  for (let attempt = 1; ; attempt++) {
    const failure = await load(url, part, options).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) {
      const text = await readFile(part.file, "utf8");
      await forget(part);
      return text;
    }
    if (failure instanceof SourceError) throw failure;
    if (attempt === TRIES)
      throw new SourceError(`${url}: cut or refused ${TRIES} times (${messageOf(failure)}); run the command again, it goes on from there`);
    await new Promise((resolve) => setTimeout(resolve, (options.firstWaitMs ?? FIRST_WAIT_MS) * 2 ** (attempt - 1)));
  }
}

interface Part {
  readonly file: string;
  /** Holds the validator (ETag or Last-Modified) of the file that the part belongs to. */
  readonly validatorFile: string;
}

function partOf(url: string, folder: string): Part {
  const name = createHash("sha256").update(url).digest("hex").slice(0, 32);
  return { file: join(folder, `${name}.part`), validatorFile: join(folder, `${name}.validator`) };
}

async function load(url: string, part: Part, options: DownloadOptions): Promise<void> {
  const validator = await readFile(part.validatorFile, "utf8").catch(() => "");
  const have = validator === "" ? 0 : await sizeOf(part.file);
  const resume = have > 0 ? { range: `bytes=${have}-`, "if-range": validator } : {};
  const response = await fetch(url, {
    // A compressed answer cannot be resumed by bytes of the file.
    headers: { "accept-encoding": "identity", "user-agent": "breakeven-catalog-refresh", ...options.headers, ...resume },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === RANGE_NOT_SATISFIABLE) {
    await forget(part);
    throw new Error("the part does not fit the file");
  }
  if (response.status >= SERVER_ERRORS_FROM || response.status === TOO_MANY_REQUESTS) throw new Error(`answered ${response.status}`);
  if (!response.ok || response.body === null)
    throw new SourceError(`${url}: answered ${response.status}; check the address in scripts/refresh, the file may have moved`);
  const appended = response.status === PARTIAL_CONTENT;
  if (!appended) await writeFile(part.validatorFile, response.headers.get("etag") ?? response.headers.get("last-modified") ?? "");
  await pipeline(Readable.fromWeb(response.body), createWriteStream(part.file, { flags: appended ? "a" : "w" }));
  await checkLength(response, part, appended ? have : 0);
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function checkLength(response: Response, part: Part, before: number): Promise<void> {
  const announced = response.headers.get("content-length");
  if (announced === null) return;
  const came = (await sizeOf(part.file)) - before;
  if (came !== Number(announced)) throw new Error(`${came} of ${announced} bytes came`);
}

async function forget(part: Part): Promise<void> {
  await rm(part.file, { force: true });
  await rm(part.validatorFile, { force: true });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
