import { Agent } from 'node:https';
import fc from 'fast-check';
import {
  isInNoProxyNetwork,
  proxySettings,
  ProxySettingsError,
} from '../../../src/kubernetes/proxy-settings.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { CANARY, declared, must } from '../judge.ts';
import { longText, nastyText } from '../nasty.ts';

type Variables = Readonly<Record<string, string>>;

const proxyText = fc.oneof(
  longText,
  fc
    .tuple(
      fc.constantFrom('', 'http://', 'https://', 'HTTP://', 'socks5://', '//'),
      fc.constantFrom('', `u:${CANARY}@`, '%zz@', 'u@'),
      fc.oneof(nastyText, fc.constantFrom('proxy.example:3128', '[::1]:3128', '10.0.0.1')),
    )
    .map((parts) => parts.join('')),
);
const noProxy = fc
  .array(
    fc.oneof(
      nastyText,
      fc.constantFrom(
        '.svc',
        '*.local',
        '10.0.0.0/8',
        'fd00::/8',
        '10.0.0.0/99',
        '::/x',
        '*',
        'a:443',
      ),
    ),
    { maxLength: 5 },
  )
  .map((entries) => entries.join(','));

/** The proxy settings of the environment. */
export const proxy = defineEdge<Variables>({
  name: 'proxy',
  corpus: () => [
    ...corpusList<Variables>('proxies.json'),
    ['long', { HTTPS_PROXY: 'http://'.repeat(100_000), NO_PROXY: '.a'.repeat(500_000) }],
    ['many', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.0.0.0/8,'.repeat(20_000) }],
  ],
  made: fc.record(
    {
      HTTPS_PROXY: proxyText,
      https_proxy: proxyText,
      HTTP_PROXY: proxyText,
      NO_PROXY: noProxy,
      no_proxy: noProxy,
    },
    { requiredKeys: [] },
  ),
  async attempt(variables) {
    const settings = await declared(() => proxySettings(variables), ProxySettingsError);
    isInNoProxyNetwork('10.1.2.3', variables);
    isInNoProxyNetwork('fd00::1', variables);
    if (settings === undefined) return;
    const agent = new Agent({ proxyEnv: { ...settings } });
    const asked = variables['https_proxy'] || variables['HTTPS_PROXY'];
    const isUsed = Object.getOwnPropertySymbols(agent).some(
      (symbol) => symbol.description === 'kProxyConfig' && Boolean(Reflect.get(agent, symbol)),
    );
    // Left out without a word, requests would go past the proxy.
    must(isUsed === Boolean(asked?.trim()), 'the proxy is not used');
    agent.destroy();
  },
});
