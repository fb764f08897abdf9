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

{{- define "institution-sync.leaseName" -}}
{{- default (include "institution-sync.fullname" .) .Values.leaderElectionName }}
{{- end }}

{{/*
Not empty when new pods may stand by while those that run go on: all of them elect by the same Lease.
`helm template` does not see what runs, and takes it for such.
*/}}
{{- define "institution-sync.standsBy" -}}
{{- if .Values.leaderElection }}
{{- $running := lookup "apps/v1" "Deployment" .Release.Namespace (include "institution-sync.fullname" .) }}
{{- $lease := printf "--leader-elect-name=%s" (include "institution-sync.leaseName" .) }}
{{- if or (not $running) (has $lease (first $running.spec.template.spec.containers).args) }}yes{{ end }}
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
  {{- with .Values.rbac.secretNames }}
  resourceNames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  verbs: [get, list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* One rule of a NetworkPolicy: the way to `peers` on each of their ports. */}}
{{- define "institution-sync.egress" -}}
- ports:
    {{- range $port := .peers.ports }}
    {{- range $.protocols }}
    - port: {{ $port }}
      protocol: {{ . }}
    {{- end }}
    {{- end }}
  {{- with .peers.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* One endpoint of a ServiceMonitor or PodMonitor. honorLabels: `namespace` is that of the object. */}}
{{- define "institution-sync.scrape" -}}
- port: metrics
  path: /metrics
  honorLabels: true
  {{- with .interval }}
  interval: {{ . }}
  {{- end }}
  {{- with .scrapeTimeout }}
  scrapeTimeout: {{ . }}
  {{- end }}
  {{- with .relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* The share of failures, between 0 and 1, at which the error budget of 30 days is used up so many times too fast. */}}
{{- define "institution-sync.burn" -}}
{{- printf "%.6f" (divf (mulf .times (subf 100.0 (float64 .objective))) 100.0) }}
{{- end }}

{{/* The rules of files/alerts.yaml for these values, as JSON: `{"groups": …}`. */}}
{{- define "institution-sync.alerts" -}}
{{- $values := .Values.prometheusRule }}
{{- $text := .Files.Get "files/alerts.yaml" }}
{{- range $token, $times := dict "%BURN_14%" 14.4 "%BURN_6%" 6.0 "%BURN_3%" 3.0 "%BURN_1%" 1.0 }}
{{- $text = replace $token (include "institution-sync.burn" (dict "times" $times "objective" $values.freshness.objective)) $text }}
{{- end }}
{{- $text = replace "%SYNC_SECONDS%" ($values.freshness.syncSeconds | int64 | toString) $text }}
{{- $text = replace "%EXPIRY_SECONDS%" ($values.credentialsExpirySeconds | int64 | toString) $text }}
{{- $text = replace "%OBJECTIVE%" (toString $values.freshness.objective) $text }}
{{- $text = replace "%MATCH%" (ternary "" (printf "%s, " (trim $values.matchers)) (empty (trim $values.matchers))) $text }}
{{- $disabled := concat $values.disabled (ternary (list) (list "InstitutionSyncNoLeader") .Values.leaderElection) }}
{{- $groups := list }}
{{- range $group := (fromYaml $text).groups }}
{{- $rules := list }}
{{- range $rule := $group.rules }}
{{- if not (has $rule.alert $disabled) }}
{{- if $rule.alert }}
{{- $_ := set $rule "labels" (merge (dict) $rule.labels $values.alertLabels) }}
{{- $_ := set $rule.annotations "runbook_url" (printf "%s#%s" $values.runbookUrl (lower $rule.alert)) }}
{{- end }}
{{- $rules = append $rules $rule }}
{{- end }}
{{- end }}
{{- if $rules }}
{{- $groups = append $groups (set $group "rules" $rules) }}
{{- end }}
{{- end }}
{{- dict "groups" $groups | toJson }}
{{- end }}
