{{- /* The relay's configuration file. */ -}}

{{- /*
What the chart decides: where the planes listen. The management token comes by a variable, as it is secret.
A sidecar answers its own pod alone.
*/ -}}
{{- define "switchyard.listening" -}}
server:
  host: {{ if eq .Values.mode "sidecar" }}127.0.0.1{{ else }}0.0.0.0{{ end }}
  port: 8080
{{- if .Values.snapshots.enabled }}
snapshots:
  directory: /var/lib/switchyard
{{- end }}
management:
  host: 0.0.0.0
  port: {{ .Values.management.port }}
{{- end }}

{{- /* Of the relay, the hub or the sidecar. */ -}}
{{- define "switchyard.config" -}}
{{- mergeOverwrite (deepCopy .Values.config) (include "switchyard.listening" . | fromYaml) | toYaml }}
{{- end }}

{{- /* An edge has the hub's environments under the same keys, and the hub as their upstream. */ -}}
{{- define "switchyard.edgeConfig" -}}
{{- $hub := printf "http://%s-hub.%s.svc:8080" (include "switchyard.fullname" .) .Release.Namespace }}
{{- $config := include "switchyard.config" . | fromYaml }}
{{- range $name, $environment := $config.environments }}
{{- if not $environment.serverKeys }}
{{- fail (printf "config.environments.%s.serverKeys is empty: in mode hub-and-edges the edges ask the hub with its first server key" $name) }}
{{- end }}
{{- $key := first $environment.serverKeys }}
{{- if and (kindIs "map" $key) (hasKey $key "key") }}{{ $key = $key.key }}{{ end }}
{{- $_ := set $environment "upstream" (dict "type" "switchyard" "baseUrl" $hub "serverKey" $key) }}
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
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts is empty: name the hosts that lead to the relay" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs is empty: name the Gateway that the route belongs to" }}
{{- end }}
{{- end }}
