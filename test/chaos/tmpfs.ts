/** A small file system of a row's own. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stage } from './stage.js'

function mount(): string {
  const directory = mkdtempSync(join(tmpdir(), 'switchyard-tmpfs-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', directory], { stdio: 'pipe' })
  } catch (error) {
    rmdirSync(directory)
    throw error
  }
  return directory
}

function unmount(directory: string): void {
  execFileSync('umount', [directory])
  rmdirSync(directory)
}

/** Why there can be none here, null where there can. */
export function tmpfsMissing(): string | null {
  try {
    unmount(mount())
    return null
  } catch {
    return 'mounting a tmpfs wants root'
  }
}

/** @returns an empty file system of 128 KiB, which ends with the stage */
export function mountTmpfs(stage: Stage): string {
  const directory = mount()
  stage.atEnd(() => unmount(directory))
  return directory
}
