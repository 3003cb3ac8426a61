/** A configuration that CloudBees made and signed in March 2021. */
import { readFileSync } from 'node:fs'

const folder = '../../../../test/fixtures/cloudbees/documents/doc1-rox-c-production-sample'

/** The body as it was delivered, for a key of 24 digits. */
export const genuineBody: string = readFileSync(new URL(`${folder}/envelope.json`, import.meta.url), 'utf8')

export const genuineKey = '5e579ecfc45c395c43b42893'

export interface GenuineEnvelope {
  readonly data: string
  readonly signature_v0: string
  readonly signed_date: string
}

export const genuine: GenuineEnvelope = JSON.parse(genuineBody)
