/** The key of an environment: 24 hexadecimal digits before CloudBees Unify (legacy), a UUID there (platform). */
export const environmentKeyForm: RegExp =
  /^([0-9a-f]{24}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i

/** Which of CloudBees' two products the key is of. */
export function productOf(environmentKey: string): 'legacy' | 'platform' {
  return environmentKey.includes('-') ? 'platform' : 'legacy'
}
