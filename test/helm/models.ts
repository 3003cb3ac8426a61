/** The schemas of what a chart may contain, by kind. */
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1beta1/HTTPRoute'
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Secret } from 'kubernetes-models/v1/Secret'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import type { Manifest } from './helm.js'

interface Model {
  /** @throws Error that says which member is wrong */
  validate(): void
}

const models: ReadonlyMap<string, new (manifest: never) => Model> = new Map(
  Object.entries({
    'apps/v1 Deployment': Deployment,
    'autoscaling/v2 HorizontalPodAutoscaler': HorizontalPodAutoscaler,
    // Graduated to v1 as it was.
    'gateway.networking.k8s.io/v1 HTTPRoute': HTTPRoute,
    'monitoring.coreos.com/v1 PrometheusRule': PrometheusRule,
    'monitoring.coreos.com/v1 ServiceMonitor': ServiceMonitor,
    'networking.k8s.io/v1 Ingress': Ingress,
    'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
    'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
    'v1 ConfigMap': ConfigMap,
    'v1 Secret': Secret,
    'v1 Service': Service,
    'v1 ServiceAccount': ServiceAccount,
  } as unknown as Record<string, new (manifest: never) => Model>),
)

/** Why Kubernetes would refuse an object; null when it would not. */
export function problemOf(manifest: Manifest): string | null {
  const kind = `${manifest.apiVersion} ${manifest.kind}`
  const Model = models.get(kind)
  if (Model === undefined) return `nothing is known of ${kind}`
  const known = kind.startsWith('gateway.')
    ? { ...manifest, apiVersion: 'gateway.networking.k8s.io/v1beta1' }
    : manifest
  try {
    new Model(known as never).validate()
    return null
  } catch (error) {
    return `${kind} ${manifest.metadata.name}: ${String(error)}`
  }
}
