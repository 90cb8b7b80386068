import { apiErrorOf, type Client } from "./client.ts";

/** Who a token writes as. `certain` is false when GitHub would not say. */
export interface Author {
  readonly login: string;
  readonly certain: boolean;
}

/** Account behind the `GITHUB_TOKEN` of every job. */
const jobTokenLogin = "github-actions[bot]";
/** Tokens of app installations, the job's own among them; they may not ask `GET /user`. */
const installationTokenPrefix = "ghs_";

/**
 * Finds out who a token writes as, so that nobody else's comment is ever edited.
 *
 * A personal token asks `GET /user`. An installation token cannot ask; it is taken for the job's own,
 * `github-actions[bot]`. For the token of another app give its login, e.g. `acme-bot[bot]`; without it the login
 * is learned from the first comment that the run creates.
 */
export async function authorOf(client: Client, token: string, declared: string | null): Promise<Author> {
  if (declared !== null) return { login: declared, certain: true };
  if (token.startsWith(installationTokenPrefix)) return { login: jobTokenLogin, certain: false };
  try {
    const { data } = await client.request("GET /user");
    return { login: data.login, certain: true };
  } catch (error) {
    if (apiErrorOf(error) === null) throw error;
    return { login: jobTokenLogin, certain: false };
  }
}

/** True when the comment was written by this author. A login with `[bot]` must also be of type Bot. */
export function isBy(author: Author, user: { readonly login: string; readonly type: string } | null | undefined): boolean {
  if (user === null || user === undefined || !isSameLogin(user.login, author.login)) return false;
  // User names cannot contain brackets, so this can only be a server that is not GitHub; the check costs nothing.
  return !author.login.endsWith("[bot]") || user.type === "Bot";
}

/** True when two logins are of one account: GitHub tells them apart without their case. */
export function isSameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
