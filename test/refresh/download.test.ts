import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { download, SourceError } from "../../scripts/refresh/download.ts";
import { type FileServer, fileServer } from "./server.ts";

let server: FileServer;
let partsFolder: string;
const load = (path: string) => download(`${server.url}${path}`, { partsFolder, firstWaitMs: 1 });

beforeEach(async () => {
  server = await fileServer();
  partsFolder = await mkdtemp(join(tmpdir(), "breakeven-parts-"));
});
afterEach(async () => {
  await server.close();
  await rm(partsFolder, { recursive: true });
});

const BODY = "0123456789".repeat(400);

describe("a download", () => {
  test("gives the text and leaves nothing behind", async () => {
    server.serve("/file", BODY);
    expect(await load("/file")).toBe(BODY);
    expect(await readdir(partsFolder)).toEqual([]);
  });

  test("goes on where the connection was cut, as often as it takes", async () => {
    server.serve("/file", { body: BODY, cutAfterBytes: 1000, cuts: 2 });
    expect(await load("/file")).toBe(BODY);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, "bytes=1000-", "bytes=2000-"]);
  });

  test("that was given up goes on in the next run", async () => {
    server.serve("/file", { body: BODY, cutAfterBytes: 500, cuts: 4 });
    await expect(load("/file")).rejects.toThrow(/cut or refused 4 times .*run the command again, it goes on from there$/);
    expect(await load("/file")).toBe(BODY);
    // A connection that is cut may lose its last bytes on the way; what arrived is not asked for again.
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=(500|1000|1500|2000)-$/);
  });

  test("starts anew when the file has changed in between", async () => {
    server.serve("/file", { body: BODY, cutAfterBytes: 500, cuts: 4 });
    await expect(load("/file")).rejects.toThrow(SourceError);
    server.serve("/file", `new ${BODY}`);
    expect(await load("/file")).toBe(`new ${BODY}`);
  });

  test("starts anew when the server cannot prove that the file is the same", async () => {
    server.serve("/file", { body: BODY, cutAfterBytes: 500, cuts: 1, etag: false });
    expect(await load("/file")).toBe(BODY);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  test("of a file that is not there is tried once and says where", async () => {
    await expect(load("/gone")).rejects.toThrow(`${server.url}/gone: answered 404; check the address in scripts/refresh`);
    expect(server.requests).toHaveLength(1);
  });

  test("tries again when the server is in trouble", async () => {
    server.serve("/file", { body: "", status: 503 });
    await expect(load("/file")).rejects.toThrow(/answered 503/);
    expect(server.requests).toHaveLength(4);
  });
});
