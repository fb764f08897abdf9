{{- define "institution-sync.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The release's name alone when it says already what this is. */}}
{{- define "institution-sync.fullname" -}}
{{- $name := include "institution-sync.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Cluster-wide names: two releases of the same name in different namespaces do not collide. */}}
{{- define "institution-sync.clusterName" -}}
{{- $fullname := include "institution-sync.fullname" . }}
{{- if eq $fullname .Release.Namespace }}
{{- $fullname }}
{{- else }}
{{- printf "%s-%s" .Release.Namespace $fullname }}
{{- end }}
{{- end }}

{{- define "institution-sync.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "institution-sync.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is required when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "institution-sync.selectorLabels" -}}
app.kubernetes.io/name: {{ include "institution-sync.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "institution-sync.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
{{ include "institution-sync.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "institution-sync.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The watched namespaces as a JSON list; empty means all. */}}
{{- define "institution-sync.watchNamespaces" -}}
{{- $namespaces := list }}
{{- range splitList "," .Values.watchNamespace }}
{{- with trim . }}
{{- $namespaces = append $namespaces . }}
{{- end }}
{{- end }}
{{- $namespaces | uniq | toJson }}
{{- end }}

{{/* What the controller does with InstitutionSyncs and beside them, in every namespace it watches. */}}
{{- define "institution-sync.rules" -}}
- apiGroups: [sync.timeshighereducation.com]
  resources: [institutionsyncs]
  verbs: [get, list, watch, patch]
- apiGroups: [sync.timeshighereducation.com]
  resources: [institutionsyncs/status]
  verbs: [patch]
- apiGroups: ['']
  resources: [secrets]
  verbs: [get, list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end }}
