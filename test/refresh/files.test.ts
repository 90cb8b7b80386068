import { chmod, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatRows, readCatalog, writeCatalog } from "../../scripts/refresh/files.ts";

const BUNDLED = join(import.meta.dirname, "../../src/catalog");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakeven-catalog-"));
  const names = (await readdir(BUNDLED)).filter((name) => name.endsWith(".json"));
  await Promise.all(names.map((name) => copyFile(join(BUNDLED, name), join(folder, name))));
});
afterEach(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true });
});

describe("the files of the catalog", () => {
  test.each(["api-models", "instances", "open-models"])("are written as they stand: %s", async (name) => {
    const text = await readFile(join(BUNDLED, `${name}.json`), "utf8");
    expect(formatRows(JSON.parse(text)) === text).toBe(true);
  });

  test("are not touched when nothing changed", async () => {
    expect(await writeCatalog(folder, await readCatalog(folder))).toEqual([]);
  });

  test("change by one line for one changed price, and by the date", async () => {
    const catalog = await readCatalog(folder);
    const apiModels = catalog.apiModels.map((row, i) =>
      i === 0 ? { ...row, prices: row.prices.map((each) => ({ ...each, checked: "2030-01-01" })) } : row,
    );
    const written = await writeCatalog(folder, { ...catalog, version: "2030-01-01", apiModels });
    expect(written).toEqual([join(folder, "api-models.json"), join(folder, "version.json")]);
    const [before, after] = await Promise.all(
      [BUNDLED, folder].map(async (each) => (await readFile(join(each, "api-models.json"), "utf8")).split("\n")),
    );
    expect(after?.filter((line, i) => line !== before?.[i])).toHaveLength(catalog.apiModels[0]?.prices.length ?? 0);
    expect(await readCatalog(folder)).toMatchObject({ version: "2030-01-01" });
  });

  test("stay whole when one of them cannot be written", async () => {
    const catalog = await readCatalog(folder);
    const before = await readFile(join(folder, "version.json"), "utf8");
    await rm(join(folder, "instances.json"));
    await expect(writeCatalog(folder, { ...catalog, version: "2030-01-01", apiModels: [] })).rejects.toThrow("instances.json");
    expect(await readFile(join(folder, "version.json"), "utf8")).toBe(before);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await writeFile(join(folder, "instances.json"), "[]");
  });
});
