{{- /*
For an application's chart that depends on this one, with `switchyard.mode: sidecar`. In its pod template:

  spec:
    initContainers:
      {{- include "switchyard.sidecar" (index .Subcharts "switchyard") | nindent 6 }}
    volumes:
      {{- include "switchyard.sidecarVolumes" (index .Subcharts "switchyard") | nindent 6 }}

The application then finds the relay at http://127.0.0.1:8080. As an init container that is restarted always (a native sidecar) it
starts before the application and stops after it.
*/ -}}
{{- define "switchyard.sidecar" -}}
- {{- include "switchyard.container" (dict "root" . "resources" .Values.resources) | nindent 2 }}
  restartPolicy: Always
{{- end }}

{{- define "switchyard.sidecarVolumes" -}}
{{- include "switchyard.volumes" (dict "root" . "configMap" (include "switchyard.fullname" .)) }}
{{- end }}
