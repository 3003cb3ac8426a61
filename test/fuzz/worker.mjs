/** The rounds of `npm run fuzz`, in a thread of their own: the main thread sees when one of them is stuck. */
import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { contextChecks } from './checks/context-checks.mjs'
import { documentChecks } from './checks/document-checks.mjs'
import { httpChecks } from './checks/http-checks.mjs'
import { operatorChecks } from './checks/operator-checks.mjs'
import { rulesetChecks } from './checks/ruleset-checks.mjs'
import * as internals from './of-build.mjs'
import { scalingChecks } from './scaling/scaling-checks.mjs'

const { minutes, seed, only, path, progress, relay } = workerData
const options = { maxLength: 1_000_000 }
const endMs = performance.now() + minutes * 60_000

/** Cases of one check in one round: few, so that every check has its turn. */
const casesPerRound = 200

/** Characters of a counterexample that are shown. */
const maxShown = 4_000

/** What shrinking may take: a failure is told without the smallest case rather than never. */
const maxCheckMs = 120_000

const target = { ...relay, mistakes: () => Array(Atomics.load(progress, 2)).fill('a mistake, logged by the relay') }
const checks = [
  ...documentChecks(options),
  ...rulesetChecks(options),
  ...contextChecks(options, internals),
  ...operatorChecks(options, internals),
  ...httpChecks(options, target),
  ...scalingChecks(internals),
].filter(({ name }) => (path === undefined ? name.includes(only) : name === only))
if (checks.length === 0) throw new Error(`no check has the name ${JSON.stringify(only)}, or a name with that in it`)
process.exitCode = (await runRounds()) ? 0 : 1

/**
 * Every check has its turn at least once, however short the time; one that failed has no further turn.
 *
 * @returns {Promise<boolean>} whether everything held
 */
async function runRounds() {
  const failed = new Set()
  const counts = new Map(checks.map(({ name }) => [name, 0]))
  for (let round = 0; performance.now() < endMs && failed.size < checks.length; round += 1) {
    for (const check of checks) {
      if (performance.now() >= endMs && round > 0) break
      if (failed.has(check.name)) continue
      const { isGood, cases } = await runCheck(check, seed + round)
      counts.set(check.name, counts.get(check.name) + cases)
      if (!isGood) failed.add(check.name)
    }
    if (path !== undefined) break
  }
  report(counts, failed)
  return failed.size === 0
}

async function runCheck(check, roundSeed) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort.postMessage(check.name)
  Atomics.store(progress, 1, roundSeed)
  const property = fc.asyncProperty(check.arbitrary, async (value) => {
    Atomics.add(progress, 0, 1)
    await check.run(value)
  })
  const details = await fc.check(property, {
    seed: roundSeed,
    numRuns: check.casesPerRound ?? casesPerRound,
    interruptAfterTimeLimit: Math.max(1_000, Math.min(maxCheckMs, endMs - performance.now())),
    // A measurement would be another one each time.
    endOnFailure: check.isMeasured === true || path !== undefined,
    ...(path === undefined ? {} : { path }),
  })
  if (details.failed && details.counterexample !== null) tell(check, details)
  return { isGood: !details.failed || details.counterexample === null, cases: details.numRuns }
}

function tell({ name }, { seed, counterexamplePath, counterexample, errorInstance, error }) {
  const command = `npm run fuzz -- --only ${JSON.stringify(name)} --seed ${seed} --path ${counterexamplePath}`
  console.log(`\nFAILED  ${name}\n  again: ${command}\n  with: ${shown(counterexample)}`)
  console.log(String(errorInstance?.stack ?? errorInstance ?? error).slice(0, maxShown))
}

/** As text that can be pasted into a test, unless it is too large or too deep for that: the command above makes it again. */
function shown(value) {
  try {
    const text = fc.stringify(value)
    return text.length > maxShown ? `${text.slice(0, maxShown)} .. (${text.length} characters)` : text
  } catch (error) {
    return `(cannot be shown: ${error.message})`
  }
}

function report(counts, failed) {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  console.log(`\n${counts.size - failed.size} checks held, ${failed.size} failed; ${total} cases`)
}
