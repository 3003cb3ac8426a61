/** A CloudBees configuration with all words of its expressions, and the envelope it travels in. */

/** Conditions in CloudBees' expression language, which together use all of its words. */
const roxxConditions = [
  'ifThen(and(true, isInTargetGroup("g1")), "true", ifThen(isInPercentage(0.5, mergeSeed(property("rox.distinct_id"), "s1")), b64d("cmVk"), undefined))',
  'ifThen(isInPercentageRange(0.2, 0.6, mergeSeed(property("plan"), "s2")), "a", ifThen(not(isUndefined(property("country"))), concat("c", property("country")), md5("x")))',
  'and(or(eq(property("plan"), "gold"), ne(property("beta"), true)), and(numeq(property("age"), 18), numne(property("age"), "19")))',
  'or(lt(property("age"), 18), or(lte(property("age"), 18.5), or(gt(property("age"), "18"), gte(property("age"), -1))))',
  'ifThen(semverGte(property("version"), "1.2.0"), "new", ifThen(semverEq(property("version"), "1.0"), property("plan"), flagValue("first")))',
  'or(semverNe(property("version"), "1.2"), or(semverLt(property("version"), "2"), or(semverLte(property("version"), "1.2.3"), semverGt(property("version"), "1"))))',
  'and(match(property("email"), "^a.*@(corp|home)\\.example$", "is"), inArray(property("country"), ["CH", "DE", 4, true, undefined]))',
  'ifThen(gte(now(), tsToNum(property("date"))), "late", {"a": 1, "b": [2]})',
]

export const cloudbees = {
  experiments: roxxConditions.map((condition, index) => ({
    _id: `x${index}`,
    name: `experiment ${index}`,
    archived: false,
    labels: ['l'],
    stickinessProperty: 'rox.distinct_id',
    featureFlags: [{ name: index === 0 ? 'first' : `flag.${index}` }, { name: `again.${index}` }],
    deploymentConfiguration: { condition },
  })),
  targetGroups: [
    { _id: 'g1', name: 'gold', condition: 'eq(property(b64d("cGxhbg==")), "gold")' },
    { _id: 'g2', name: 'both', condition: 'and(isInTargetGroup("g1"), eq(flagValue("flag.2"), "true"))' },
  ],
  remoteVariables: [],
  application: 'app',
  platform: 'C',
  creation_date: '2026-01-05T08:00:00.000Z',
  api_version: '1.9.0',
}

export const cloudbeesEnvelope = {
  signature_v0: 'c2lnbmF0dXJl',
  signed_date: '2026-01-05T08:00:00.000Z',
  data: JSON.stringify(cloudbees),
}
