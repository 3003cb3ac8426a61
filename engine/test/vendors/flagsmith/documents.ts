/** Small environment documents, complete enough for the vendor's own SDKs. */
import type { Json, JsonObject } from '../../../src/index.js'

export interface DocumentParts {
  readonly features?: readonly Json[]
  readonly segments?: readonly Json[]
  readonly overrides?: readonly Json[]
  readonly project?: JsonObject
  readonly root?: JsonObject
}

/** An environment document whose client-side key is `client-key`. */
export function documentOf({ features = [], segments = [], overrides = [], project, root }: DocumentParts): JsonObject {
  return {
    id: 1,
    api_key: 'client-key',
    name: 'Production',
    updated_at: '2026-09-01T08:30:15.123456+00:00',
    project: {
      id: 1,
      name: 'Project',
      organisation: {
        id: 1,
        name: 'Org',
        feature_analytics: false,
        stop_serving_flags: false,
        persist_trait_data: true,
      },
      hide_disabled_flags: false,
      server_key_only_feature_ids: [],
      segments,
      ...project,
    },
    feature_states: features,
    identity_overrides: overrides,
    ...root,
  }
}

/** A feature state: enabled and without a value unless told otherwise. Its feature's id is 7, its `django_id` 70. */
export function stateOf(name: string, more: JsonObject = {}): JsonObject {
  return {
    feature: { id: 7, name, type: 'STANDARD' },
    enabled: true,
    django_id: 70,
    featurestate_uuid: '83e4b178-9306-43d1-a991-40df3827d600',
    feature_segment: null,
    feature_state_value: null,
    multivariate_feature_state_values: [],
    ...more,
  }
}

/** A share of a multivariate feature, without a key unless told otherwise. */
export function optionOf(id: number, value: Json, weight: number, key: string | null = null): JsonObject {
  return { id, multivariate_feature_option: { value, key }, percentage_allocation: weight }
}

/** A segment with these rules; its name is `segment <id>`. */
export function segmentOf(id: number, rules: readonly Json[], states: readonly Json[] = []): JsonObject {
  return { id, name: `segment ${id}`, rules, feature_states: states }
}

/** One rule of type ALL with these conditions. */
export function allOf(...conditions: readonly Json[]): Json[] {
  return [{ type: 'ALL', rules: [], conditions }]
}

export function conditionOf(property: string | null, operator: string, value: Json = null): JsonObject {
  return { property_: property, operator, value }
}

/** A segment override of that priority. */
export function overrideOf(name: string, priority: number | null, more: JsonObject = {}): JsonObject {
  return stateOf(name, { feature_segment: { priority }, ...more })
}
