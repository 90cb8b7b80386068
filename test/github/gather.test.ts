import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkoutOf, foreignCheckout } from "../../src/github/checkout.ts";
import type { Target } from "../../src/github/event.ts";
import { commitSource, workspaceSource } from "../../src/github/files.ts";
import { type Gathered, gatherPolicies } from "../../src/github/gather.ts";
import { MAX_POLICY_BYTES } from "../../src/policy/parse.ts";
import { type FakeGitHub, startGitHub } from "./server.ts";
import { commit, pullNumber, testClient } from "./support.ts";

const head = commit("a1");
const baseTip = commit("b2");
const mergeBase = commit("c3");
const testMerge = commit("d4");
const policy = ".github/breakeven.yml";

let github: FakeGitHub;
let workspace: string;

beforeEach(async () => {
  github = await startGitHub();
  workspace = await realpath(await mkdtemp(join(tmpdir(), "breakeven-workspace-")));
  github.commits.set(head, { files: { [policy]: "head" } });
  github.commits.set(mergeBase, { files: { [policy]: "merge base" } });
  github.commits.set(baseTip, { files: { [policy]: "base tip" } });
  github.commits.set(testMerge, { files: {}, parents: [baseTip, head] });
  github.comparisons.set(`${baseTip}...${head}`, { mergeBase });
});

afterEach(async () => {
  await github.close();
  await rm(workspace, { recursive: true });
  expect(github.violations).toEqual([]);
});

async function write(path: string, text: string | Buffer): Promise<void> {
  await mkdir(dirname(join(workspace, path)), { recursive: true });
  await writeFile(join(workspace, path), text);
}

const pull: Target = { headSha: head, baseSha: baseTip, pullNumber, fromFork: false, otherRef: null, mayReadWorkspace: true };

function gather(changes: { target?: Target; patterns?: readonly string[]; sha?: string } = {}): Promise<Gathered> {
  const { target = pull, patterns = [policy], sha = testMerge } = changes;
  const runner = {
    repository: github.repository,
    eventName: "pull_request",
    eventPath: "",
    sha,
    workspace,
    serverUrl: "",
    apiUrl: github.url,
    runId: null,
    runNumber: 1,
    runAttempt: 1,
    workflow: "w",
    temp: null,
  };
  return gatherPolicies({ client: testClient(github).client, runner, target, patterns });
}

const present = (file: string, text: string, base: unknown) => ({ kind: "present", file, text, base });

describe("head and base of a pull request", () => {
  test("a file in the workspace is the head, the merge base is the base", async () => {
    await write(policy, "on disk");
    expect(await gather()).toEqual({
      kind: "gathered",
      policies: [present(policy, "on disk", { path: policy, text: "merge base" })],
      linkSha: head,
      warnings: [],
    });
  });

  test("without a checkout the head is read through the API", async () => {
    expect(await gather()).toMatchObject({ policies: [present(policy, "head", { path: policy, text: "merge base" })] });
  });

  test("a checkout of the test merge is compared with the base that went into it", async () => {
    await write(policy, "merged");
    await write(".git/HEAD", `${testMerge}\n`);
    // The event names the base as it was when the pull request was last pushed to; the merge may be newer.
    const mergedBase = commit("e5");
    github.commits.set(testMerge, { files: {}, parents: [mergedBase, head] });
    github.commits.set(mergedBase, { files: { [policy]: "merged base" } });
    github.comparisons.set(`${mergedBase}...${head}`, { mergeBase });
    expect(await gather()).toMatchObject({ policies: [present(policy, "merged", { path: policy, text: "merged base" })] });
  });

  test("a checkout of the head is compared with the merge base", async () => {
    await write(policy, "on disk");
    await write(".git/HEAD", `${head}\n`);
    expect(await gather()).toMatchObject({ policies: [present(policy, "on disk", { path: policy, text: "merge base" })] });
  });

  test("a checkout of something else does not stand in for the head", async () => {
    await write(policy, "of another commit");
    await write(".git/HEAD", `${commit("e5")}\n`);
    expect(await gather()).toMatchObject({ policies: [present(policy, "head", { path: policy, text: "merge base" })] });
  });

  test("a policy that the base has not is new", async () => {
    github.commits.set(mergeBase, { files: {} });
    expect(await gather()).toMatchObject({ policies: [present(policy, "head", null)] });
  });

  test("a renamed policy is compared with its old path", async () => {
    github.commits.set(head, { files: { "llm/new.yml": "head" } });
    github.commits.set(mergeBase, { files: { "llm/old.yml": "merge base" } });
    const renamed = { filename: "llm/new.yml", status: "renamed", previous_filename: "llm/old.yml" };
    github.comparisons.set(`${baseTip}...${head}`, { mergeBase, files: [renamed] });
    const expected = { policies: [present("llm/new.yml", "head", { path: "llm/old.yml", text: "merge base" })] };
    expect(await gather({ patterns: ["llm/new.yml"] })).toMatchObject(expected);
    expect(await gather({ patterns: ["llm/*.yml"] })).toMatchObject(expected);
  });

  test("a deleted policy is reported, whether it is named or matched", async () => {
    github.commits.set(head, { files: { "llm/kept.yml": "kept" } });
    github.commits.set(mergeBase, { files: { "llm/kept.yml": "kept", "llm/gone.yml": "gone" } });
    github.comparisons.set(`${baseTip}...${head}`, { mergeBase, files: [{ filename: "llm/gone.yml", status: "removed" }] });
    const deleted = { kind: "deleted", file: "llm/gone.yml" };
    expect(await gather({ patterns: ["llm/gone.yml"] })).toMatchObject({ policies: [deleted] });
    expect(await gather({ patterns: ["llm/*.yml"] })).toMatchObject({ policies: [deleted, { file: "llm/kept.yml" }] });
  });

  describe("the measurement files that a policy names", () => {
    const names = (...files: readonly string[]) => `measurements: [${files.map((file) => `{ file: ${file} }`).join(", ")}]`;

    test("come from the checkout, beside the policy first, then from the top; the base has those of its own commit", async () => {
      const text = names("beside.json", "bench/top.json", "gone.json");
      await write(policy, text);
      await write(".github/beside.json", "beside");
      await write("beside.json", "not this one");
      await write("bench/top.json", "top");
      github.commits.set(mergeBase, { files: { [policy]: names("bench/top.json"), "bench/top.json": "old" } });
      const base = { path: policy, text: names("bench/top.json"), files: { "bench/top.json": "old" } };
      const files = { "beside.json": "beside", "bench/top.json": "top" };
      expect(await gather()).toMatchObject({ policies: [{ kind: "present", text, files, base }] });
    });

    test("come from the commit where there is no checkout", async () => {
      github.commits.set(head, { files: { [policy]: names("bench/top.json"), "bench/top.json": "head" } });
      expect(await gather()).toMatchObject({ policies: [{ files: { "bench/top.json": "head" } }] });
    });

    test("are never read outside the workspace", async () => {
      await write(policy, names("link.json", "../secret.json", "/etc/hostname"));
      await symlink("/etc/hostname", join(workspace, "link.json"));
      const gathered = await gather();
      expect(gathered.kind === "gathered" && gathered.policies[0]).not.toHaveProperty("files");
    });
  });

  test("a pattern takes all its files, in order of their paths", async () => {
    for (const name of ["b", "a", "c"]) await write(`llm/${name}.yml`, name);
    const gathered = await gather({ patterns: ["llm/*.yml", "llm/a.yml"] });
    expect(gathered.kind === "gathered" && gathered.policies.map(({ file }) => file)).toEqual(["llm/a.yml", "llm/b.yml", "llm/c.yml"]);
  });

  test("many are read a few at a time, and come in order of their paths with their own base", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `llm/${String(index).padStart(2, "0")}.yml`);
    for (const name of names) await write(name, `head of ${name}`);
    github.commits.set(mergeBase, { files: Object.fromEntries(names.map((name) => [name, `base of ${name}`])) });
    let [now, most] = [0, 0];
    github.before("getContent", async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 50));
      now -= 1;
    });
    const expected = names.map((path) => present(path, `head of ${path}`, { path, text: `base of ${path}` }));
    expect(await gather({ patterns: ["llm/*.yml"] })).toMatchObject({ policies: expected });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  test("no policy at all is refused with what to do", async () => {
    expect(await gather({ patterns: ["none.yml"] })).toEqual({
      kind: "refused",
      message: `no policy file matches none.yml at ${head}; write one with "breakeven init", or name yours in the input "policy"`,
    });
  });

  test("where the comparison is not to be had, the base itself serves and a warning says so", async () => {
    github.comparisons.clear();
    const gathered = await gather();
    expect(gathered).toMatchObject({ policies: [present(policy, "head", { path: policy, text: "base tip" })] });
    expect(gathered).toMatchObject({ warnings: [expect.stringContaining('"contents: read"')] });
  });

  test("a base that cannot be read for good is an error, never a new policy", async () => {
    github.fail({ operation: "getContent", kind: "status", status: 502, times: 99 });
    await write(policy, "on disk");
    await expect(gather()).rejects.toThrow();
  });

  test("a base text that breaks off is read again, never taken as empty", async () => {
    await write(policy, "on disk");
    github.fail({ operation: "getContent", kind: "cut", effect: true });
    expect(await gather()).toMatchObject({ policies: [present(policy, "on disk", { path: policy, text: "merge base" })] });
  });

  test("an event without a base asks for none", async () => {
    expect(await gather({ target: { ...pull, baseSha: null } })).toMatchObject({ policies: [present(policy, "head", null)] });
    expect(github.callsOf("compare")).toEqual([]);
  });
});

describe("pull_request_target", () => {
  const target: Target = { ...pull, fromFork: true, mayReadWorkspace: false };

  test("reads the head through the API and leaves the workspace alone", async () => {
    await write(policy, "of the base branch");
    expect(await gather({ target, sha: baseTip })).toMatchObject({
      policies: [present(policy, "head", { path: policy, text: "merge base" })],
    });
  });

  test("reads globs through the API as well", async () => {
    expect(await gather({ target, sha: baseTip, patterns: [".github/*.yml"] })).toMatchObject({
      policies: [{ file: policy, text: "head" }],
    });
  });

  test.each(["", "pr/"])("with the pull request checked out in ./%s it is refused", async (folder) => {
    await write(`${folder}.git/HEAD`, `${head}\n`);
    expect(await gather({ target, sha: baseTip })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("remove the checkout step"),
    });
    expect(github.calls).toEqual([]);
  });

  test("with the base checked out it goes on", async () => {
    await write(".git/HEAD", "ref: refs/heads/main\n");
    await write(".git/refs/heads/main", `${baseTip}\n`);
    expect(await gather({ target, sha: baseTip })).toMatchObject({ kind: "gathered" });
  });
});

describe("checkouts", () => {
  test("are read from loose and packed references and from worktrees", async () => {
    expect(await checkoutOf(workspace)).toEqual({ kind: "none" });
    await write("packed/.git/HEAD", "ref: refs/heads/topic\n");
    await write("packed/.git/packed-refs", `# pack-refs\n${head} refs/heads/topic\n`);
    expect(await checkoutOf(join(workspace, "packed"))).toMatchObject({ kind: "commit", sha: head });
    await write("tree/.git", "gitdir: ../packed/.git\n");
    expect(await checkoutOf(join(workspace, "tree"))).toMatchObject({ kind: "commit", sha: head });
    await write("broken/.git/HEAD", "ref: refs/heads/none\n");
    expect(await checkoutOf(join(workspace, "broken"))).toEqual({ kind: "unknown" });
  });

  test("that cannot be told count as foreign", async () => {
    expect(await foreignCheckout(workspace, [head])).toBeNull();
    await write("x/.git/HEAD", "nonsense\n");
    expect(await foreignCheckout(workspace, [head])).toBe(join(workspace, "x"));
  });
});

describe("files that are not read", () => {
  const code = async (path: string) => {
    const file = await workspaceSource(workspace).read(path);
    return file.kind === "unreadable" ? file.diagnostic.code : file.kind;
  };

  test("a symbolic link out of the workspace, also through a folder", async () => {
    const outside = await mkdtemp(join(tmpdir(), "breakeven-outside-"));
    await writeFile(join(outside, "secret.yml"), "secret");
    await symlink(join(outside, "secret.yml"), join(workspace, "link.yml"));
    await symlink(outside, join(workspace, "folder"));
    expect(await code("link.yml")).toBe("outside-workspace");
    expect(await code("folder/secret.yml")).toBe("outside-workspace");
    expect(await code("../etc/passwd")).not.toBe("text");
    await rm(outside, { recursive: true });
  });

  test("a link inside the workspace is followed", async () => {
    await write("real.yml", "text");
    await symlink("real.yml", join(workspace, "link.yml"));
    expect(await code("link.yml")).toBe("text");
  });

  test("a linked folder, by a pattern: its policies are found where they are", async () => {
    await write("apps/a/llm.yml", "policy");
    await write("apps/a/node_modules/x/llm.yml", "of somebody else");
    await symlink(join(workspace, "apps/a"), join(workspace, "apps/latest"));
    await symlink("/", join(workspace, "apps/root"));
    await symlink(join(workspace, "apps/a/llm.yml"), join(workspace, "apps/llm.yml"));
    github.commits.set(head, {
      files: { "apps/a/llm.yml": "", "apps/a/node_modules/x/llm.yml": "", "apps/latest": "", "apps/llm.yml": "" },
    });
    const names = ["apps/a/llm.yml", "apps/llm.yml"];
    expect([...(await workspaceSource(workspace).list(["apps/**/llm.yml"]))].sort()).toEqual(names);
    expect(await commitSource(testClient(github).client, github.repository, head).list(["apps/**/llm.yml"])).toEqual(names);
  });

  test("a folder", async () => {
    await mkdir(join(workspace, "folder"));
    expect(await code("folder")).toBe("not-a-file");
    expect(await code(".")).toBe("outside-workspace");
  });

  test("more of a large file than the parser needs to refuse it", async () => {
    await write("long.yml", "#".repeat(MAX_POLICY_BYTES * 3));
    const file = await workspaceSource(workspace).read("long.yml");
    expect(file.kind === "text" && file.text.length).toBe(MAX_POLICY_BYTES + 1);
  });

  test("names with spaces, hashes and percent signs reach the API whole", async () => {
    const name = "llm (eu)/50% #1?.yml";
    github.commits.set(head, { files: { [name]: "text" } });
    const source = commitSource(testClient(github).client, github.repository, head);
    expect(await source.read(name)).toEqual({ kind: "text", text: "text" });
  });
});
