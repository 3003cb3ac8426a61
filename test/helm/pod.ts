/** What the tests read of a rendered Deployment. */

export interface DeploymentSpec {
  readonly replicas?: number
  readonly strategy: { readonly rollingUpdate: object }
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly template: {
    readonly metadata: {
      readonly labels: Readonly<Record<string, string>>
      readonly annotations?: Readonly<Record<string, string>>
    }
    readonly spec: PodSpec
  }
}

export interface PodSpec {
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly securityContext?: object
  readonly automountServiceAccountToken?: boolean
  readonly enableServiceLinks?: boolean
  readonly terminationGracePeriodSeconds?: number
  readonly topologySpreadConstraints?: readonly { readonly topologyKey: string }[]
  readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[]
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly env: readonly Variable[]
  readonly envFrom?: readonly object[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } }
  readonly securityContext?: object
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

export interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } }
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string; readonly scheme?: string }
  readonly exec?: { readonly command: readonly string[] }
}
