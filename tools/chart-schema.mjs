// @ts-check
/** The JSON Schema of the chart's values, which Helm checks before it renders anything. */

/** @typedef {Record<string, unknown>} Schema */

const text = { type: 'string' }
const flag = { type: 'boolean' }
const port = { type: 'integer', minimum: 1, maximum: 65535 }
const count = { type: 'integer', minimum: 1 }
const seconds = { type: 'integer', minimum: 0 }
const texts = { type: 'object', additionalProperties: { type: 'string' } }
/** Handed on to Kubernetes as it is written, which has a schema of its own. */
const passedOn = { type: 'object' }
const listPassedOn = { type: 'array', items: { type: 'object' } }
const listOfTexts = { type: 'array', items: { type: 'string' } }
const paths = { type: 'array', items: { type: 'string', pattern: '^/' } }

/**
 * @param {Record<string, Schema>} properties
 * @param {readonly string[]} required
 * @returns {Schema}
 */
function object(properties, required = []) {
  return { type: 'object', additionalProperties: false, properties, ...(required.length > 0 ? { required } : {}) }
}

const planeTls = object({
  secretName: text,
  clientCertificate: { enum: ['none', 'optional', 'required'] },
  clientCaSecretName: text,
  minVersion: { enum: ['TLSv1.2', 'TLSv1.3'] },
})

/** All values but `config`. */
const values = {
  // What a parent chart shares with all of its charts, and how it switches this one on.
  global: { type: 'object' },
  enabled: flag,
  mode: { enum: ['deployment', 'hub-and-edges', 'sidecar'] },
  nameOverride: text,
  fullnameOverride: text,
  image: object({
    repository: { type: 'string', minLength: 1 },
    tag: text,
    digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
    pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
  }),
  imagePullSecrets: listPassedOn,
  secrets: object({
    env: listOfTexts,
    files: {
      type: 'array',
      items: object({ secretName: text, mountPath: { type: 'string', pattern: '^/' } }, ['secretName', 'mountPath']),
    },
  }),
  management: object({ port, existingSecret: object({ name: text, key: text }) }),
  tls: object({ server: planeTls, management: planeTls }),
  snapshots: object({ enabled: flag, volume: passedOn }),
  service: object({
    type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
    port,
    trafficDistribution: text,
    annotations: texts,
  }),
  replicas: count,
  autoscaling: object({
    enabled: flag,
    minReplicas: count,
    maxReplicas: count,
    targetCPUUtilizationPercentage: { type: 'integer', minimum: 1, maximum: 100 },
    behavior: passedOn,
  }),
  podDisruptionBudget: object({ enabled: flag, maxUnavailable: { type: ['integer', 'string'] } }),
  topologySpreadConstraints: listPassedOn,
  strategy: passedOn,
  preStopSeconds: seconds,
  terminationGracePeriodSeconds: seconds,
  hub: object({ replicas: count, resources: passedOn }),
  resources: passedOn,
  probes: object({ startup: passedOn, liveness: passedOn, readiness: passedOn }),
  ingress: object({
    enabled: flag,
    className: text,
    annotations: texts,
    hosts: { type: 'array', items: object({ host: text, paths }, ['host']) },
    tls: listPassedOn,
  }),
  httpRoute: object({
    enabled: flag,
    parentRefs: listPassedOn,
    hostnames: listOfTexts,
    paths,
    annotations: texts,
  }),
  networkPolicy: object({
    enabled: flag,
    from: listPassedOn,
    managementFrom: listPassedOn,
    to: listPassedOn,
  }),
  metrics: object({
    serviceMonitor: object({ enabled: flag, interval: text, labels: texts, tlsConfig: passedOn }),
    prometheusRule: object({ enabled: flag, labels: texts }),
    dashboard: object({ enabled: flag, labels: texts, folder: text }),
  }),
  serviceAccount: object({ create: flag, name: text, annotations: texts }),
  extraEnv: listPassedOn,
  extraVolumes: listPassedOn,
  extraVolumeMounts: listPassedOn,
  podAnnotations: texts,
  podLabels: texts,
  annotations: texts,
  labels: texts,
  nodeSelector: texts,
  tolerations: listPassedOn,
  affinity: passedOn,
  priorityClassName: text,
  podSecurityContext: passedOn,
  securityContext: passedOn,
}

/**
 * @param {Schema} configuration the schema of the relay's own configuration
 * @returns {Schema}
 */
export function chartSchema(configuration) {
  const { $schema, title, ...config } = /** @type {Schema} */ (withReadableUnions(configuration))
  return {
    $schema,
    title: 'Values of the Switchyard chart',
    ...object(
      {
        ...values,
        config: { ...config, description: String(title) },
      },
      ['config'],
    ),
  }
}

/**
 * Helm tells of a union every alternative that does not fit. Told by their `type`, only the one that was meant is looked at.
 *
 * @param {unknown} node
 * @returns {unknown}
 */
function withReadableUnions(node) {
  if (Array.isArray(node)) return node.map(withReadableUnions)
  if (typeof node !== 'object' || node === null) return node
  const { oneOf, ...rest } = /** @type {Schema} */ (node)
  const copy = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, withReadableUnions(value)]))
  if (!Array.isArray(oneOf)) return copy
  const types = oneOf.map(({ properties }) => properties.type.const)
  return {
    ...copy,
    type: 'object',
    required: ['type'],
    properties: { type: { enum: types } },
    allOf: oneOf.map((alternative, index) => ({
      if: { properties: { type: { const: types[index] } } },
      then: withReadableUnions(alternative),
    })),
  }
}
