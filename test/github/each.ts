import { afterEach, beforeEach, expect } from "vitest";
import type { FakeGitHub } from "./server.ts";
import { startGitHubWithPull } from "./support.ts";

/** A GitHub of its own for each test of a file, given to `use`; it ends with nothing that GitHub does not describe. */
export function gitHubForEach(head: string, base: string, use: (github: FakeGitHub) => void): void {
  let github: FakeGitHub;
  beforeEach(async () => {
    github = await startGitHubWithPull(head, base);
    use(github);
  });
  afterEach(async () => {
    await github.close();
    expect(github.violations).toEqual([]);
  });
}
