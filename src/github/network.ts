import { getProxyUrl } from "@actions/http-client/lib/proxy";

/** What dist/proxy.js exports; the module that it is built from is `proxied.ts`. */
interface ProxyModule {
  proxiedFetch(proxy: URL): typeof fetch;
}

/** One fetch for each proxy, so that its connections are used again. */
const throughProxy = new Map<string, Promise<typeof fetch>>();

/**
 * Fetch as the runner is set up: through the proxy that `https_proxy`, `http_proxy` and `no_proxy` name for the address, else
 * directly. The HTTP client that can speak to a proxy is a bundle of its own, read only where a proxy is set.
 */
export async function networkFetch(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const proxy = getProxyUrl(new URL(input instanceof Request ? input.url : input));
  if (proxy === undefined) return fetch(input, init);
  const known = throughProxy.get(proxy.href) ?? loadProxied(proxy);
  throughProxy.set(proxy.href, known);
  return (await known)(input, init);
}

async function loadProxied(proxy: URL): Promise<typeof fetch> {
  const bundle: ProxyModule = await import(new URL("./proxy.js", import.meta.url).href);
  return bundle.proxiedFetch(proxy);
}
