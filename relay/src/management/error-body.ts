/** The body of every answer of the management plane that is no success. */
export function errorBody(
  code: string,
  message: string,
): { readonly error: { readonly code: string; readonly message: string } } {
  return { error: { code, message } }
}
