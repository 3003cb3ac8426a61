/** The npm package carries no types; `v3` is MurmurHash3 x86 32 over UTF-8 bytes. */
declare module 'murmurhash' {
  export function v3(text: string, seed: number): number
}
