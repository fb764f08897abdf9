import { expect } from 'chai';
import { commandOf, environmentOf } from '../../node-agent/command-line.ts';
import type { References } from '../../node-agent/volumes.ts';
import { containerWith, podWith } from './pods.ts';

const image = {
  entrypoint: ['/bin/program', '--fast'],
  args: ['serve'],
  env: { PATH: '/bin', MODE: 'image' },
  files: {},
};
const nothing: References = {
  configMap: () => Promise.resolve({}),
  secret: () => Promise.resolve({}),
};

describe("a container's command and environment", () => {
  const command = (fields: Readonly<Record<string, unknown>>, env = {}) =>
    commandOf(containerWith(fields), image, env, '127.7.7.10');

  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    ["are the image's", {}, ['/bin/program', '--fast', 'serve']],
    ['replace its arguments', { args: ['stop'] }, ['/bin/program', '--fast', 'stop']],
    ['replace all of it', { command: ['/bin/other'] }, ['/bin/other']],
  ];
  for (const [what, fields, expected] of cases) {
    it(what, () => {
      expect(command({ ...fields })).to.deep.equal(expected);
    });
  }

  it("listen on the pod's own address alone, on the ports that the container names", () => {
    const args = ['--health=:8081', ':8081', '--other=:9999', '--at=127.0.0.1:8081'];
    expect(command({ args }).slice(2)).to.deep.equal([
      '--health=127.7.7.10:8081',
      '127.7.7.10:8081',
      '--other=:9999',
      '--at=127.0.0.1:8081',
    ]);
  });

  it('have variables in them', () => {
    const args = ['$(MODE)', '$$(MODE)', '$(NONE)'];
    expect(command({ args }, { MODE: 'fast' }).slice(2)).to.deep.equal([
      'fast',
      '$(MODE)',
      '$(NONE)',
    ]);
  });

  it('come from values, fields, Secrets and ConfigMaps', async () => {
    const container = containerWith({
      env: [
        { name: 'MODE', value: 'pod' },
        { name: 'AGAIN', value: '$(MODE)!' },
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } },
        { name: 'TEXT', valueFrom: { configMapKeyRef: { name: 'texts', key: 'b' } } },
        { name: 'NONE', valueFrom: { secretKeyRef: { name: 'keys', key: 'c', optional: true } } },
      ],
    });
    const references: References = {
      secret: (name) => Promise.resolve({ a: Buffer.from(`${name}-a`) }),
      configMap: (name) => Promise.resolve({ b: `${name}-b` }),
    };
    const place = { address: '127.7.7.10', server: 'https://127.0.0.1:6443', references };
    expect(await environmentOf(podWith(), container, image, place)).to.deep.equal({
      PATH: '/bin',
      MODE: 'pod',
      AGAIN: 'pod!',
      IP: '127.7.7.10',
      KEY: 'keys-a',
      TEXT: 'texts-b',
      HOSTNAME: 'pod-1',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: '6443',
      KUBERNETES_SERVICE_PORT_HTTPS: '6443',
    });
  });

  it('are refused when a key is missing, or a field is one that the agent does not know', async () => {
    const place = { address: '127.7.7.10', server: 'https://127.0.0.1:6443', references: nothing };
    const failure = (valueFrom: object) => {
      const container = containerWith({ env: [{ name: 'X', valueFrom }] });
      return environmentOf(podWith(), container, image, place).catch(String);
    };
    expect(await failure({ secretKeyRef: { name: 'keys', key: 'a' } })).to.contain(
      "couldn't find key a in keys",
    );
    expect(await failure({ fieldRef: { fieldPath: 'spec.no' } })).to.contain('spec.no');
    expect(() => containerWith({ lifecycle: { preStop: {} } })).to.throw('lifecycle');
  });
});
