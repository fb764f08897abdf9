import { customResourceDefinition } from '../../src/api/crd.ts';
import { GENERATED, yamlText } from './yaml-text.ts';

/** The CustomResourceDefinition, for `kubectl apply`. */
export function crdManifest(): string {
  return GENERATED + yamlText(customResourceDefinition());
}

/** The CustomResourceDefinition as a template of the chart. */
export function crdTemplate(): string {
  const { apiVersion, kind, metadata, spec } = customResourceDefinition();
  const specText = yamlText({ spec });
  if (specText.includes('{{'))
    throw new Error('A text of the schema would be taken for a template');
  return `{{- if .Values.crds.enabled }}
${GENERATED}apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${metadata.name}
  labels:
    {{- include "institution-sync.labels" . | nindent 4 }}
  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
${specText}{{- end }}
`;
}
