import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { previewInfrastructure } from "../../src/github/infrastructure.ts";
import { renderComment } from "../../src/report/comment.ts";
import type { InfrastructureChange } from "../../src/report/infrastructure.ts";
import type { StackConfigResult } from "../../src/stack-config.ts";
import { synthesize } from "../../stacks/synth-entry.ts";
import { apiCase, context } from "../report/fixtures.ts";

const load = async () => ({ synthesize });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakeven-preview-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function golden(name: string): Promise<Extract<StackConfigResult, { kind: "stack" }>> {
  const stack = JSON.parse(await readFile(join(import.meta.dirname, "..", "golden", name, "stack.json"), "utf8"));
  // One policy that takes different paths keeps its name.
  return { ...stack, config: { ...stack.config, name: "support" } };
}

function preview(base: StackConfigResult | null, head: StackConfigResult, loader = load): Promise<InfrastructureChange> {
  return previewInfrastructure({ base, head, folder: join(folder, "synth"), load: loader });
}

function changesOf(change: InfrastructureChange, kind: "added" | "changed" | "removed"): readonly string[] {
  if (change.kind !== "compared") throw new Error(`not compared: ${change.text}`);
  return change.changes.filter((entry) => entry.kind === kind).map(({ address }) => address);
}

function commentWith(infrastructure: InfrastructureChange): string {
  return renderComment([{ kind: "evaluated", file: "llm.yml", evaluation: apiCase, extras: { infrastructure } }], context);
}

describe("the infrastructure preview", () => {
  test("from the API to own instances adds the network and the servers, and back it removes them", async () => {
    const [api, own] = [await golden("api"), await golden("self-host")];
    const [there, back] = [await preview(api, own), await preview(own, api)];
    expect(changesOf(there, "added")).toEqual(
      expect.arrayContaining([expect.stringMatching(/^aws_autoscaling_group\./), expect.stringMatching(/^aws_lb\./)]),
    );
    expect(changesOf(back, "removed")).toEqual(changesOf(there, "added"));
    expect(changesOf(back, "added")).toEqual(changesOf(there, "removed"));
    expect(existsSync(join(folder, "synth"))).toBe(false);
  });

  test("of a hybrid path shows both sides", async () => {
    const change = await preview(await golden("api"), await golden("hybrid"));
    expect(changesOf(change, "added").some((address) => address.startsWith("aws_launch_template."))).toBe(true);
    expect(changesOf(change, "removed").some((address) => address.startsWith("aws_secretsmanager_secret."))).toBe(false);
  });

  test("names the arguments of what changes", async () => {
    const own = await golden("self-host");
    const more = { ...own, config: { ...own.config, logRetentionDays: 30 } };
    const change = await preview(own, more);
    expect(changesOf(change, "added")).toEqual([]);
    if (change.kind !== "compared") throw new Error("compared");
    expect(change.changes.every(({ kind, attributes }) => kind === "changed" && attributes.length > 0)).toBe(true);
    expect(change.changes.flatMap(({ attributes }) => attributes)).toContain("retention_in_days");
  });

  test("of a new policy is everything to create", async () => {
    const change = await preview(null, await golden("api"));
    expect(commentWith(change)).toMatch(/<summary>Infrastructure: \d+ resources to create<\/summary>/);
  });

  test("of an unchanged stack synthesizes nothing and says nothing", async () => {
    const never = () => Promise.reject(new Error("loaded without need"));
    const change = await preview(await golden("self-host"), await golden("self-host"), never);
    expect(change).toMatchObject({ kind: "compared", changes: [] });
    expect(commentWith(change)).not.toContain("Infrastructure");
  });

  test("of a policy without a feasible path is a note", async () => {
    const none: StackConfigResult = JSON.parse(
      await readFile(join(import.meta.dirname, "..", "golden", "none-feasible", "stack.json"), "utf8"),
    );
    const change = await preview(await golden("api"), none);
    expect(change.kind).toBe("not-built");
    expect(commentWith(change)).toContain("Infrastructure: no preview; no path fits the policy");
  });

  test("that fails is a note and nothing else", async () => {
    const change = await preview(null, await golden("api"), () => Promise.reject(new Error("dist/synth.js is broken | <b>")));
    expect(change).toEqual({ kind: "failed", text: "dist/synth.js is broken | <b>" });
    expect(commentWith(change)).toContain("the preview failed and nothing else depends on it: dist/synth.js is broken");
    expect(commentWith(change)).not.toMatch(/[^\\]<b>/);
  });
});
