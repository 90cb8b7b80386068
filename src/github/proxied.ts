import { ProxyAgent, type RequestInit, fetch as undiciFetch } from "undici";

/**
 * A fetch of addresses (not of `Request` objects, which are tied to Node's own undici) that sends everything through a
 * proxy; a user and a password in its address become Proxy-Authorization. The agent and the fetch are of one version of
 * undici, because the one inside Node differs from Node to Node.
 *
 * Example: `proxiedFetch(new URL("http://proxy.acme.example:3128"))`.
 */
export function proxiedFetch(proxy: URL): typeof fetch {
  const dispatcher = new ProxyAgent({ uri: proxy.href, ...credentials(proxy) });
  const send = (address: string | URL, init?: RequestInit) => undiciFetch(address, { ...init, dispatcher });
  // The standard's fetch, whose types come from another version of undici here.
  return send as unknown as typeof fetch;
}

function credentials({ username, password }: URL): { readonly token?: string } {
  if (username === "" && password === "") return {};
  return { token: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}
