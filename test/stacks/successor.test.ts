import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stackPrefix } from "../../stacks/naming.ts";
import { allConfigs } from "./configs.ts";
import { synthesizedText, withoutComments } from "./stack-json.ts";
import { leftOut } from "./terraform.ts";

/** The same sources on cdktn, the community's continuation of cdktf: what a team does once cdktf itself is gone. */
const TITLE = "the stacks on cdktn";
const cdktn = process.env.BREAKEVEN_CDKTN;
if (cdktn === undefined) {
  const what = "BREAKEVEN_CDKTN names no folder with cdktn and constructs in node_modules";
  if (process.env.BREAKEVEN_REQUIRE_CDKTN === "1") throw new Error(`${TITLE}: ${what}, and BREAKEVEN_REQUIRE_CDKTN is 1`);
  leftOut(what, TITLE);
}

const ROOT = join(import.meta.dirname, "..", "..");

describe.skipIf(cdktn === undefined)(TITLE, () => {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-cdktn-"));
  const file = join(folder, "synth.mjs");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    const modules = join(cdktn ?? "", "node_modules");
    const alias = { cdktf: join(modules, "cdktn"), constructs: join(modules, "constructs") };
    const bundle = await rolldown({ input: join(ROOT, "stacks/synth-entry.ts"), platform: "node", resolve: { alias } });
    await bundle.write({ file, format: "esm", codeSplitting: false });
    await bundle.close();
  }, 120_000);

  it("really run there", () => {
    expect(readFileSync(file, "utf8")).toContain("node_modules/cdktn/lib/");
    expect(readFileSync(file, "utf8")).not.toContain("node_modules/cdktf/lib/");
  });

  it.each(Object.entries(allConfigs))("give the same JSON for the %s stack", (_, config) => {
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    const program = `import { synthesize } from "./synth.mjs"; import { readFileSync } from "node:fs"; synthesize(JSON.parse(readFileSync("config.json", "utf8")), "out");`;
    execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, stdio: "pipe" });
    const text = readFileSync(join(folder, "out", "stacks", stackPrefix(config), "cdk.tf.json"), "utf8");
    expect(withoutComments(JSON.parse(text))).toEqual(withoutComments(JSON.parse(synthesizedText(config))));
  });
});
