import { expect } from 'chai';
import type { Client } from './client.ts';

interface Role {
  readonly rules: readonly { readonly resources: readonly string[] }[];
}

/**
 * Takes the rights on a resource from the role of the controller that the chart made in a namespace.
 * The function that it returns gives them back.
 */
export async function withhold(
  { namespace, kubectl }: Pick<Client, 'namespace' | 'kubectl'>,
  resource: string,
): Promise<() => Promise<void>> {
  const name = `${namespace}-institution-sync`;
  const { rules } = JSON.parse(await kubectl('get', 'role', name, '-o', 'json')) as Role;
  const left = rules.filter(({ resources }) => !resources.includes(resource));
  expect(left).to.have.length(rules.length - 1);

  async function setRules(value: Role['rules']): Promise<void> {
    await kubectl('patch', 'role', name, '--type=merge', '-p', JSON.stringify({ rules: value }));
  }
  await setRules(left);
  return () => setRules(rules);
}
