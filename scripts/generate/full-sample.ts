import { Document, isMap, isScalar, isSeq } from 'yaml';
import { auth0Urls } from '../../src/api/auth0-settings.ts';
import { parseSpec } from '../../src/api/institution-sync.ts';
import { API_VERSION, KIND } from '../../src/api/names.ts';
import { describedFields, type Described } from './described.ts';
import { GENERATED, yamlText } from './yaml-text.ts';

const DESCRIPTION_WIDTH = 90;

/** A sample with every field: its default or an example, and above it what it means. */
export function fullSample(): string {
  const document = new Document({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'universities' },
    spec: exampleSpec(),
  });
  describe(document.get('spec'), describedFields().properties?.['spec']);
  return `${GENERATED}# Every setting, with its default or an example.\n${yamlText(document)}`;
}

function exampleSpec() {
  const spec = parseSpec({
    auth0: {
      domain: 'acme.eu.auth0.com',
      credentialsSecretRef: { name: 'auth0-credentials' },
      connections: [{ name: 'Username-Password-Authentication' }],
    },
  });
  const { audience, tokenEndpoint } = auth0Urls(spec);
  return { ...spec, auth0: { ...spec.auth0, audience, tokenEndpoint } };
}

/** Puts each field's description above it. */
function describe(node: unknown, schema: Described | undefined): void {
  if (isSeq(node)) for (const item of node.items) describe(item, schema?.items);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const field = schema?.properties?.[String(key.value)];
    if (field?.description !== undefined) key.commentBefore = wrapped(field.description);
    describe(value, field);
  }
}

function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length > DESCRIPTION_WIDTH) lines.push(` ${word}`);
    else lines[lines.length - 1] = line;
  }
  return lines.join('\n');
}
