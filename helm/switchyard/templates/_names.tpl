{{- /* Names and labels. */ -}}

{{- define "switchyard.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- /* Short enough for what is put behind it. */ -}}
{{- define "switchyard.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "switchyard.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "switchyard.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "switchyard.selectorLabels" -}}
app.kubernetes.io/name: {{ include "switchyard.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "switchyard.labels" -}}
{{ include "switchyard.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* `metadata` of an object: context, a suffix of its name, its component, further labels and annotations. */ -}}
{{- define "switchyard.metadata" -}}
metadata:
  name: {{ include "switchyard.fullname" .root }}{{ with .suffix }}-{{ . }}{{ end }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "switchyard.labels" .root | nindent 4 }}
    {{- with .component }}
    app.kubernetes.io/component: {{ . }}
    {{- end }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with merge (dict) (.annotations | default dict) .root.Values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "switchyard.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "switchyard.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "switchyard.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "switchyard.managementSecretName" -}}
{{- .Values.management.existingSecret.name | default (printf "%s-management" (include "switchyard.fullname" .)) }}
{{- end }}

{{- /* The roles that run by themselves: component, suffix of the name, replicas. */ -}}
{{- define "switchyard.roles" -}}
{{- if eq .Values.mode "deployment" }}
- { component: relay, suffix: "", replicas: {{ .Values.replicas }} }
{{- else if eq .Values.mode "hub-and-edges" }}
- { component: hub, suffix: hub, replicas: {{ .Values.hub.replicas }} }
- { component: edge, suffix: edge, replicas: {{ .Values.replicas }} }
{{- else }}
[]
{{- end }}
{{- end }}

{{- /* The component that applications ask. */ -}}
{{- define "switchyard.front" -}}
{{- if eq .Values.mode "hub-and-edges" }}edge{{ else }}relay{{ end }}
{{- end }}
