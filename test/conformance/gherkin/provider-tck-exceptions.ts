import type { Exception } from './exceptions.js'

export const exceptions: readonly Exception[] = []
