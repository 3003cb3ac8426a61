// The engine's hashes beside node:crypto, in one run on one machine: only the ratios mean anything elsewhere.
// Usage: npm run build && node test/bench/hash.mjs
import { createHash } from 'node:crypto'
import { md5HexUtf8, md5Utf8 } from '../../engine/dist/esm/hash/md5-utf8.js'
import { murmur3Utf8 } from '../../engine/dist/esm/hash/murmur3-utf8.js'
import { sha256HexUtf8 } from '../../engine/dist/esm/hash/sha256-utf8.js'
import { xxh64HexUtf8, xxh64Utf8 } from '../../engine/dist/esm/hash/xxh64-utf8.js'

const ROUNDS = 25
const words = new Int32Array(4)
const halves = new Uint32Array(2)
const keys = Array.from({ length: 1000 }, (_, i) => `flag-${1000 + i}:user-${100_000 + i}xx`)
const accentedKeys = keys.map((key) => `é${key.slice(1)}`)
const entries = Array.from({ length: 100_000 }, (_, i) => ({ key: `flag-${i}`, on: i % 2 === 0, share: i / 7 }))
const document = JSON.stringify(entries)

const rows = [
  { name: 'murmur3Utf8 of a key', texts: keys, hash: (text) => murmur3Utf8(text), platform: 'md5' },
  { name: 'murmur3Utf8 of an accented key', texts: accentedKeys, hash: (text) => murmur3Utf8(text), platform: 'md5' },
  { name: 'md5Utf8 of a key', texts: keys, hash: (text) => md5Utf8(text, words), platform: 'md5' },
  { name: 'md5HexUtf8 of a key', texts: keys, hash: md5HexUtf8, platform: 'md5' },
  { name: 'sha256HexUtf8 of a key', texts: keys, hash: sha256HexUtf8, platform: 'sha256' },
  { name: 'xxh64Utf8 of a key', texts: keys, hash: (text) => xxh64Utf8(text, halves), platform: 'md5' },
  { name: 'xxh64HexUtf8 of a document', texts: [document], hash: xxh64HexUtf8, platform: 'md5' },
  {
    name: 'xxh64HexUtf8 of an accented document',
    texts: [document.replaceAll('flag', 'flåg')],
    hash: xxh64HexUtf8,
    platform: 'md5',
  },
]

for (const { name, texts, hash, platform } of rows) {
  const ours = nanosecondsOf(texts, hash)
  const theirs = nanosecondsOf(texts, (text) => createHash(platform).update(text).digest('hex'))
  const rate = (Buffer.byteLength(texts[0]) / ours) * 1000
  console.log(
    `${name}: ${ours.toFixed(0)} ns, ${rate.toFixed(0)} MB/s, ${(ours / theirs).toFixed(2)} x createHash('${platform}')`,
  )
}

/** The time for one text, in the best of some rounds. */
function nanosecondsOf(texts, hash) {
  const repeats = texts.length > 1 ? 20 : 1
  let best = Infinity
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now()
    for (let repeat = 0; repeat < repeats; repeat += 1) for (const text of texts) hash(text)
    best = Math.min(best, performance.now() - start)
  }
  return (best * 1e6) / repeats / texts.length
}
