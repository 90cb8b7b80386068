import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../src/catalog/index.ts";
import { costCurves, MOST_CURVES } from "../src/decide/curve.ts";
import { evaluate } from "../src/evaluate.ts";
import { renderComment } from "../src/report/comment.ts";
import { renderJson } from "../src/report/json.ts";
import { renderText } from "../src/report/text-report.ts";
import { toStackConfig } from "../src/stack-config.ts";

/**
 * Each folder of test/golden is a story: README.md says who asks what, policy.yml (or the example policy of the same
 * name) is what they write, base.yml what stood there before, and the other files are what Breakeven answers.
 * `npm test -- -u` rewrites the answers; read the difference before you commit it.
 */
const GOLDEN = join(import.meta.dirname, "golden");
const EXAMPLES = join(import.meta.dirname, "..", "policies");
const AS_OF = "2026-11-21";

describe("golden cases", () => {
  for (const name of readdirSync(GOLDEN).sort()) {
    it(`${name} reads as it did`, async () => {
      const folder = join(GOLDEN, name);
      const own = join(folder, "policy.yml");
      const path = existsSync(own) ? own : join(EXAMPLES, `${name}.yml`);
      const base = join(folder, "base.yml");
      const file = `policies/${name}.yml`;
      const result = evaluate({
        path: file,
        text: readFileSync(path, "utf8"),
        base: existsSync(base) ? { path: file, text: readFileSync(base, "utf8") } : null,
        catalog: loadCatalog(),
        asOf: AS_OF,
        engineVersion: "0.0.0-golden",
      });

      if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics, null, 2));
      const { evaluation, document, trace } = result;
      const extras = { curves: costCurves(trace, MOST_CURVES) };
      const context = {
        serverUrl: "https://github.com",
        repository: "acme/support",
        headSha: "0123456789abcdef0123456789abcdef01234567",
        runUrl: null,
        maxLength: 65_536,
      };

      await expect(renderText(evaluation, { width: 100, color: false })).toMatchFileSnapshot(join(folder, "report.txt"));
      await expect(renderComment([{ kind: "evaluated", file, evaluation, extras }], context)).toMatchFileSnapshot(
        join(folder, "comment.md"),
      );
      await expect(renderJson(evaluation)).toMatchFileSnapshot(join(folder, "decision.json"));
      await expect(`${JSON.stringify(toStackConfig(evaluation, document.policy), null, 2)}\n`).toMatchFileSnapshot(
        join(folder, "stack.json"),
      );
    });
  }
});
