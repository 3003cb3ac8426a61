import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isSignedByCloudBees } from '../../../src/vendors/cloudbees/signature.js'
import { genuine } from './genuine.js'

const { data, signature_v0: signature } = genuine

describe("CloudBees' signature", () => {
  it('is on the genuine configuration', () => {
    expect(isSignedByCloudBees(data, signature)).toBe(true)
  })

  it('is on no configuration that differs in one character, wherever it stands', () => {
    const step = Math.floor(data.length / 100)
    for (let at = 0; at < data.length; at += step) {
      const changed = `${data.slice(0, at)}${data[at] === 'x' ? 'y' : 'x'}${data.slice(at + 1)}`
      expect([at, isSignedByCloudBees(changed, signature)]).toEqual([at, false])
    }
  })

  it.each([
    ['with a space behind it', `${data} `],
    ['written anew', JSON.stringify(JSON.parse(data), null, 1)],
    ['that is empty', ''],
  ])('is on no configuration %s', (_row, changed) => {
    expect(isSignedByCloudBees(changed, signature)).toBe(false)
  })

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

  it.each([
    ['another one', `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
    ['a shorter one', signature.slice(0, 100)],
    ['none', ''],
    ['what is no Base64', '%%%'],
    ["somebody else's", sign('sha256', Buffer.from(data), privateKey).toString('base64')],
  ])('is not %s', (_row, other) => {
    expect(isSignedByCloudBees(data, other)).toBe(false)
  })
})
