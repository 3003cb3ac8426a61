{{- /* The relay's configuration file. */ -}}

{{- /* Where the Secrets with certificates are mounted. Whole, so that the relay sees renewed ones. */ -}}
{{- define "switchyard.tlsFolder" -}}
/run/switchyard/tls
{{- end }}

{{- /* Context: plane, settings. */ -}}
{{- define "switchyard.tls" -}}
{{- with .settings }}
{{- if .secretName }}
{{- $folder := printf "%s/%s" (include "switchyard.tlsFolder" $) $.plane }}
  tls:
    certificate: { fromFile: {{ $folder }}/tls.crt }
    key: { fromFile: {{ $folder }}/tls.key }
    minVersion: {{ .minVersion }}
    {{- if ne .clientCertificate "none" }}
    clientCertificate: {{ .clientCertificate }}
    clientCa: { fromFile: {{ $folder }}{{ if .clientCaSecretName }}-clients{{ end }}/ca.crt }
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /*
What the chart decides: where the planes listen. The management token comes by a variable, as it is secret.
A sidecar answers its own pod alone.
*/ -}}
{{- define "switchyard.listening" -}}
server:
  host: {{ if eq .Values.mode "sidecar" }}127.0.0.1{{ else }}0.0.0.0{{ end }}
  port: 8080
{{- include "switchyard.tls" (dict "plane" "server" "settings" .Values.tls.server) }}
{{- if .Values.snapshots.enabled }}
snapshots:
  directory: /var/lib/switchyard
{{- end }}
management:
  host: 0.0.0.0
  port: {{ .Values.management.port }}
{{- include "switchyard.tls" (dict "plane" "management" "settings" .Values.tls.management) }}
{{- end }}

{{- /* Of the data plane. */ -}}
{{- define "switchyard.scheme" -}}
{{- dig "server" "tls" dict (include "switchyard.config" . | fromYaml) | empty | ternary "http" "https" }}
{{- end }}

{{- /* How the management plane asks for certificates; empty where it does not speak TLS. */ -}}
{{- define "switchyard.managementAsks" -}}
{{- with dig "management" "tls" dict (include "switchyard.config" . | fromYaml) }}
{{- dig "clientCertificate" "none" . }}
{{- end }}
{{- end }}

{{- /* Of the relay, the hub or the sidecar. */ -}}
{{- define "switchyard.config" -}}
{{- mergeOverwrite (deepCopy .Values.config) (include "switchyard.listening" . | fromYaml) | toYaml }}
{{- end }}

{{- /* An edge has the hub's environments under the same keys, and the hub as their upstream. */ -}}
{{- define "switchyard.edgeConfig" -}}
{{- $tls := .Values.tls.server }}
{{- $hub := printf "%s://%s-hub.%s.svc:8080" ($tls.secretName | empty | ternary "http" "https") (include "switchyard.fullname" .) .Release.Namespace }}
{{- $config := include "switchyard.config" . | fromYaml }}
{{- range $name, $environment := $config.environments }}
{{- if not $environment.serverKeys }}
{{- fail (printf "config.environments.%s.serverKeys is empty: in mode hub-and-edges the edges ask the hub with its first server key" $name) }}
{{- end }}
{{- /* The first key without a date; one that has a date would leave the edges without the hub. */ -}}
{{- $key := "" }}
{{- range $environment.serverKeys }}
{{- $isDated := and (kindIs "map" .) (hasKey . "key") }}
{{- if and (not $key) (not $isDated) }}{{ $key = . }}{{ end }}
{{- end }}
{{- if not $key }}
{{- fail (printf "config.environments.%s.serverKeys all have a date: in mode hub-and-edges the edges need one that has none" $name) }}
{{- end }}
{{- $upstream := dict "type" "switchyard" "baseUrl" $hub "serverKey" $key }}
{{- if $tls.secretName }}
{{- $folder := printf "%s/server" (include "switchyard.tlsFolder" $) }}
{{- $_ := set $upstream "ca" (dict "fromFile" (printf "%s/ca.crt" $folder)) }}
{{- if eq $tls.clientCertificate "required" }}
{{- $_ := set $upstream "certificate" (dict "fromFile" (printf "%s/tls.crt" $folder)) }}
{{- $_ := set $upstream "key" (dict "fromFile" (printf "%s/tls.key" $folder)) }}
{{- end }}
{{- end }}
{{- $_ := set $environment "upstream" $upstream }}
{{- end }}
{{- $config | toYaml }}
{{- end }}

{{- /* Seconds of a duration such as 10s, rounded up; the default where there is none. */ -}}
{{- define "switchyard.drainSeconds" -}}
{{- $written := dig "server" "drainTimeout" "10s" .Values.config }}
{{- $number := regexFind "^[0-9]+" $written | int64 }}
{{- if hasSuffix "ms" $written }}{{ div (add $number 999) 1000 }}
{{- else if hasSuffix "h" $written }}{{ mul $number 3600 }}
{{- else if hasSuffix "m" $written }}{{ mul $number 60 }}
{{- else }}{{ $number }}
{{- end }}
{{- end }}

{{- /* Mistakes that the schema of the values cannot see. */ -}}
{{- define "switchyard.check" -}}
{{- $needed := add .Values.preStopSeconds (include "switchyard.drainSeconds" . | int64) }}
{{- if lt (int64 .Values.terminationGracePeriodSeconds) $needed }}
{{- fail (printf "terminationGracePeriodSeconds is %d: preStopSeconds and config.server.drainTimeout take %d seconds together, so the pod would be killed while requests are under way" (int64 .Values.terminationGracePeriodSeconds) $needed) }}
{{- end }}
{{- range $path := list "server.host" "server.port" "management.host" "management.port" "management.token" "snapshots.directory" }}
{{- $parts := splitList "." $path }}
{{- if hasKey (index $.Values.config (first $parts) | default dict) (last $parts) }}
{{- fail (printf "config.%s is set by the chart: use management.port, management.existingSecret, service.port and snapshots of the values" $path) }}
{{- end }}
{{- end }}
{{- range $plane, $settings := .Values.tls }}
{{- if and $settings.secretName (hasKey (index $.Values.config $plane | default dict) "tls") }}
{{- fail (printf "config.%s.tls is set by the chart: use tls.%s of the values, or leave its secretName empty" $plane $plane) }}
{{- end }}
{{- if and (not $settings.secretName) (or (ne $settings.clientCertificate "none") $settings.clientCaSecretName) }}
{{- fail (printf "tls.%s.secretName is empty: without a certificate of its own the plane does not speak TLS, and cannot ask clients for theirs" $plane) }}
{{- end }}
{{- if and $settings.clientCaSecretName (eq $settings.clientCertificate "none") }}
{{- fail (printf "tls.%s.clientCertificate is none, so nobody is held to tls.%s.clientCaSecretName: say optional or required, or leave it empty" $plane $plane) }}
{{- end }}
{{- end }}
{{- if and (eq .Values.mode "hub-and-edges") (not .Values.tls.server.secretName) (hasKey (.Values.config.server | default dict) "tls") }}
{{- fail "config.server.tls: in mode hub-and-edges use tls.server of the values, so that the edges ask the hub over TLS and trust it" }}
{{- end }}
{{- with .Values.metrics.serviceMonitor }}
{{- if and .enabled (not .tlsConfig) (eq (include "switchyard.managementAsks" $) "required") }}
{{- fail "metrics.serviceMonitor.tlsConfig is empty: the management plane wants a certificate, so say which one Prometheus shows" }}
{{- end }}
{{- if and .enabled (not .tlsConfig) (include "switchyard.managementAsks" $) (not $.Values.tls.management.secretName) }}
{{- fail "metrics.serviceMonitor.tlsConfig is empty: config.management.tls makes the management plane speak TLS, so say how Prometheus trusts it" }}
{{- end }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts is empty: name the hosts that lead to the relay" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs is empty: name the Gateway that the route belongs to" }}
{{- end }}
{{- end }}
