{{- /* The container and what surrounds it, the same for every role and for the sidecar. */ -}}

{{- /* Context: root, path, settings. The kubelet has no certificate to show. */ -}}
{{- define "switchyard.probe" -}}
{{- $asks := include "switchyard.managementAsks" .root }}
{{- $settings := .settings }}
{{- if eq $asks "required" }}
{{- /* A program has to start, and waits for an answer as long as a probe does by default. */}}
{{- $settings = merge (dict "timeoutSeconds" (max 5 ((.settings | default dict).timeoutSeconds | default 0 | int64))) (.settings | default dict) }}
exec:
  command: [node, relay/bin/switchyard.js, health{{ if eq .path "/livez" }}, --live{{ end }}]
{{- else }}
httpGet: { path: {{ .path }}, port: management{{ if $asks }}, scheme: HTTPS{{ end }} }
{{- end }}
{{- with $settings }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Context: root, resources, and for a sidecar configMap: the name of the ConfigMap with its configuration. */ -}}
{{- define "switchyard.container" -}}
{{- $values := .root.Values -}}
name: switchyard
image: {{ include "switchyard.image" .root }}
imagePullPolicy: {{ $values.image.pullPolicy }}
env:
  - name: SWITCHYARD_CONFIG
    value: /etc/switchyard/switchyard.yaml
  - name: SWITCHYARD_MANAGEMENT__TOKEN
    valueFrom:
      secretKeyRef:
        name: {{ include "switchyard.managementSecretName" .root }}
        key: {{ $values.management.existingSecret.key }}
  {{- with $values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $values.secrets.env }}
envFrom:
  {{- range . }}
  - secretRef: { name: {{ . }} }
  {{- end }}
{{- end }}
ports:
  - { name: http, containerPort: 8080, protocol: TCP }
  - { name: management, containerPort: {{ $values.management.port }}, protocol: TCP }
startupProbe:
  {{- include "switchyard.probe" (dict "root" .root "path" "/livez" "settings" $values.probes.startup) | nindent 2 }}
livenessProbe:
  {{- include "switchyard.probe" (dict "root" .root "path" "/livez" "settings" $values.probes.liveness) | nindent 2 }}
readinessProbe:
  {{- include "switchyard.probe" (dict "root" .root "path" "/readyz" "settings" $values.probes.readiness) | nindent 2 }}
{{- if gt (int $values.preStopSeconds) 0 }}
lifecycle:
  preStop:
    exec:
      # There is no shell and no sleep in the image.
      command: [node, -e, "setTimeout(Object, {{ mul 1000 $values.preStopSeconds }})"]
{{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
securityContext:
  {{- toYaml $values.securityContext | nindent 2 }}
volumeMounts:
  - { name: switchyard-config, mountPath: /etc/switchyard, readOnly: true }
  {{- if $values.snapshots.enabled }}
  - { name: switchyard-snapshots, mountPath: /var/lib/switchyard }
  {{- end }}
  {{- range $volume := include "switchyard.tlsVolumes" .root | fromYamlArray }}
  - { name: {{ $volume.name }}, mountPath: {{ $volume.mountPath }}, readOnly: true }
  {{- end }}
  {{- range $index, $file := $values.secrets.files }}
  - { name: switchyard-secret-{{ $index }}, mountPath: {{ $file.mountPath }}, readOnly: true }
  {{- end }}
  {{- with $values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- /* Secrets with certificates: a list of name, secretName, mountPath. */ -}}
{{- define "switchyard.tlsVolumes" -}}
{{- $folder := include "switchyard.tlsFolder" . }}
{{- range $plane, $settings := .Values.tls }}
{{- if $settings.secretName }}
- { name: switchyard-tls-{{ $plane }}, secretName: {{ $settings.secretName | quote }}, mountPath: {{ $folder }}/{{ $plane }} }
{{- if $settings.clientCaSecretName }}
- { name: switchyard-tls-{{ $plane }}-clients, secretName: {{ $settings.clientCaSecretName | quote }}, mountPath: {{ $folder }}/{{ $plane }}-clients }
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Context: root, configMap. */ -}}
{{- define "switchyard.volumes" -}}
- name: switchyard-config
  configMap: { name: {{ .configMap }} }
{{- if .root.Values.snapshots.enabled }}
- name: switchyard-snapshots
  {{- toYaml .root.Values.snapshots.volume | nindent 2 }}
{{- end }}
{{- range $volume := include "switchyard.tlsVolumes" .root | fromYamlArray }}
- name: {{ $volume.name }}
  secret: { secretName: {{ $volume.secretName | quote }} }
{{- end }}
{{- range $index, $file := .root.Values.secrets.files }}
- name: switchyard-secret-{{ $index }}
  secret: { secretName: {{ $file.secretName | quote }} }
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "switchyard.topologySpread" -}}
{{- if .root.Values.topologySpreadConstraints }}
{{- toYaml .root.Values.topologySpreadConstraints }}
{{- else }}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- topologyKey: {{ $key }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "switchyard.selectorLabels" $.root | nindent 6 }}
      app.kubernetes.io/component: {{ $.component }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}
{{- end }}
