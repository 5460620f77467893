{{- define "slipway.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "slipway.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "slipway.labels" -}}
{{ include "slipway.selector" . }}
app.kubernetes.io/component: server
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "slipway.account" -}}
{{ default (include "slipway.fullname" .) .Values.serviceAccount.name }}
{{- end -}}

{{- define "slipway.secret" -}}
{{ default (include "slipway.fullname" .) .Values.existingSecret }}
{{- end -}}

{{- define "slipway.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "slipway.helper" -}}
{{ default (printf "%s-helper:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag)) .Values.jobs.helper.image }}
{{- end -}}

{{- define "slipway.jobsNamespace" -}}
{{ default (printf "%s-jobs" (include "slipway.fullname" .)) .Values.jobs.namespace }}
{{- end -}}

{{- /* The host by which people come from outside; empty when nothing leads to it. */ -}}
{{- define "slipway.host" -}}
{{- if .Values.ingress.enabled -}}
{{ .Values.ingress.host }}
{{- else if .Values.httpRoute.enabled -}}
{{ .Values.httpRoute.host }}
{{- end -}}
{{- end -}}

{{- define "slipway.url" -}}
{{- $host := include "slipway.host" . -}}
{{ default (ternary (printf "https://%s" $host) "http://localhost:8080" (ne $host "")) .Values.url }}
{{- end -}}

{{- define "slipway.domain" -}}
{{ default (default "localhost" (include "slipway.host" .)) .Values.domain }}
{{- end -}}

{{- /* Settings that other values give. */ -}}
{{- define "slipway.env" -}}
- { name: SLIPWAY_DATA, value: /var/lib/slipway }
- { name: SLIPWAY_LISTEN, value: {{ .Values.listen | quote }} }
- { name: SLIPWAY_URL, value: {{ include "slipway.url" . | quote }} }
- { name: SLIPWAY_DOMAIN, value: {{ include "slipway.domain" . | quote }} }
{{- with default (include "slipway.host" .) .Values.registry }}
- { name: SLIPWAY_REGISTRY, value: {{ . | quote }} }
{{- end }}
{{- with .Values.trustedProxies }}
- { name: SLIPWAY_TRUSTED_PROXIES, value: {{ join "," . | quote }} }
{{- end }}
- name: SLIPWAY_TOKEN
  valueFrom: { secretKeyRef: { name: {{ include "slipway.secret" . }}, key: token } }
{{- with .Values.database.existingSecret }}
- name: SLIPWAY_DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ . }}, key: url } }
{{- end }}
- { name: SLIPWAY_DOCKER, value: {{ default "none" .Values.docker | quote }} }
{{- if .Values.jobs.enabled }}
- { name: SLIPWAY_RUNNER, value: kubernetes }
- { name: SLIPWAY_KUBERNETES_NAMESPACE, value: {{ include "slipway.jobsNamespace" . }} }
- { name: SLIPWAY_KUBERNETES_HELPER, value: {{ include "slipway.helper" . | quote }} }
- { name: SLIPWAY_KUBERNETES_POLICIES, value: {{ ternary "enforced" "ignored" .Values.jobs.policiesEnforced }} }
{{- end }}
- { name: SLIPWAY_DEPLOYER, value: kubernetes }
- { name: SLIPWAY_KUBERNETES_APPS, value: {{ .Values.apps.prefix | quote }} }
- { name: SLIPWAY_KUBERNETES_PROFILE, value: {{ .Values.apps.profile }} }
{{- with .Values.apps.door }}
- { name: SLIPWAY_KUBERNETES_DOOR, value: {{ . | quote }} }
{{- end }}
{{- with .Values.s3.bucket }}
- { name: SLIPWAY_S3_BUCKET, value: {{ . | quote }} }
- { name: SLIPWAY_S3_STYLE, value: {{ $.Values.s3.style }} }
{{- range $setting, $value := dict "ENDPOINT" $.Values.s3.endpoint "REGION" $.Values.s3.region "PREFIX" $.Values.s3.prefix }}
{{- with $value }}
- { name: SLIPWAY_S3_{{ $setting }}, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- with $.Values.s3.existingSecret }}
- name: SLIPWAY_S3_ACCESS_KEY
  valueFrom: { secretKeyRef: { name: {{ . }}, key: access-key } }
- name: SLIPWAY_S3_SECRET_KEY
  valueFrom: { secretKeyRef: { name: {{ . }}, key: secret-key } }
{{- end }}
{{- end }}
{{- if .Values.tls.existingSecret }}
- { name: SLIPWAY_TLS_CERT, value: /etc/slipway/tls/tls.crt }
- { name: SLIPWAY_TLS_KEY, value: /etc/slipway/tls/tls.key }
{{- end }}
{{- range $setting, $value := .Values.settings }}
- { name: {{ $setting }}, value: {{ $value | quote }} }
{{- end }}
{{- end -}}
