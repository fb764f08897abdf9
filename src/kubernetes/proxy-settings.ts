import { BlockList, isIP, isIPv4 } from 'node:net';

/** The proxy settings of the environment cannot be used. The message shows none of their values. */
export class ProxySettingsError extends Error {
  override readonly name = 'ProxySettingsError';
  readonly code = 'PROXY_SETTINGS';
}

/** The proxy variables of an environment, as Node's agents take them. */
export interface ProxySettings {
  readonly HTTPS_PROXY?: string;
  readonly HTTP_PROXY?: string;
  readonly NO_PROXY?: string;
}

/**
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY of an environment, as Go and curl understand them: lower case
 * wins, a proxy without a scheme is an HTTP one, and a name in NO_PROXY stands for its subdomains too.
 * Node by itself would leave out a proxy without a scheme, and go to the host directly. Throws a
 * ProxySettingsError for what is no HTTP or HTTPS proxy.
 */
export function proxySettings(environment: NodeJS.ProcessEnv = process.env): ProxySettings {
  const https = proxyOf(environment, 'HTTPS_PROXY');
  const http = proxyOf(environment, 'HTTP_PROXY');
  const bypass = noProxyOf(environment).flatMap(withSubdomains);
  return {
    ...(https !== undefined && { HTTPS_PROXY: https }),
    ...(http !== undefined && { HTTP_PROXY: http }),
    ...(bypass.length > 0 && { NO_PROXY: bypass.join(',') }),
  };
}

/** Whether NO_PROXY has a network, such as 10.0.0.0/8, that this IP address lies in. */
export function isInNoProxyNetwork(
  address: string,
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  if (isIP(address) === 0) return false;
  const networks = new BlockList();
  for (const entry of noProxyOf(environment)) {
    const [network = '', bits = ''] = entry.split('/');
    const family = isIP(network);
    if (family === 0 || !/^\d{1,3}$/.test(bits)) continue;
    if (Number(bits) > (family === 4 ? 32 : 128)) continue;
    networks.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function proxyOf(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = (environment[name.toLowerCase()] || environment[name])?.trim();
  if (!text) return undefined;
  const url = proxyUrl(text.includes('://') ? text : `http://${text}`);
  if (url !== undefined) return url;
  throw new ProxySettingsError(
    `${name} must be the address of an HTTP or HTTPS proxy, such as http://proxy.example:3128. Correct it, or leave it out.`,
  );
}

/** The address in its one spelling; undefined for what is not the address of an HTTP proxy. */
export function proxyUrl(text: string): string | undefined {
  try {
    const { protocol, username, password, href } = new URL(text);
    // Node would fail at these later.
    decodeURIComponent(username + password);
    const isHttp = protocol === 'http:' || protocol === 'https:';
    return isHttp && !/\p{Cc}/u.test(text) ? href : undefined;
  } catch {
    return undefined;
  }
}

function noProxyOf(environment: NodeJS.ProcessEnv): readonly string[] {
  const text = environment['no_proxy'] || environment['NO_PROXY'] || '';
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** Node takes `.example.com` for any name that ends so, `myexample.com` too. */
function withSubdomains(entry: string): readonly string[] {
  const name = entry.toLowerCase().replace(/^\*?\./, '');
  const isName =
    !name.includes(':') && !name.includes('/') && !name.includes('*') && isIP(name) === 0;
  return isName && name !== '' ? [name, `*.${name}`] : [entry];
}
