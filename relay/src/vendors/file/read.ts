/** Reads a file with a bound on its size. */
import { constants } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { RelayError } from '../../relay-error.js'

/** Longest flag document that is read. */
const maxFileBytes = 64 * 2 ** 20

/**
 * What a file looks like from outside. Two equal marks mean the same content, unless the file was changed so recently that
 * the file system's clock could not tell the difference.
 */
export interface FileMark {
  readonly mark: string
  /** When the file last changed in any way, epoch milliseconds; a replaced file counts from its replacement. */
  readonly changedAtMs: number
}

/**
 * Looks at a file without reading it; symbolic links are followed.
 *
 * @throws RelayError FILE_UNREADABLE
 */
export async function markFile(path: string): Promise<FileMark> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    const newest = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
    return { mark: [dev, ino, size, mtimeNs, ctimeNs].join(' '), changedAtMs: Number(newest / 1_000_000n) }
  } catch (error) {
    throw unreadable(path, error)
  }
}

/**
 * Reads a whole file.
 *
 * @param options.allowsPipe whether a pipe is read to its end, as a command line may want; otherwise only regular files are
 * @throws RelayError FILE_UNREADABLE, or UPSTREAM_TOO_LARGE beyond 64 MiB
 */
export async function readFileBounded(path: string, options: { readonly allowsPipe?: boolean } = {}): Promise<Buffer> {
  let handle: FileHandle | undefined
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    handle = await open(
      path,
      options.allowsPipe === true ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK,
    )
    const stats = await handle.stat()
    if (!stats.isFile() && (options.allowsPipe !== true || stats.isDirectory())) {
      throw new RelayError('FILE_UNREADABLE', `${path} is no regular file`, { retryable: true })
    }
    return await readToEnd(handle, path)
  } catch (error) {
    throw error instanceof RelayError ? error : unreadable(path, error)
  } finally {
    await handle?.close()
  }
}

async function readToEnd(handle: FileHandle, path: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 2 ** 20 })) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > maxFileBytes) {
      const message = `${path} is longer than ${maxFileBytes} bytes, the most that is read`
      throw new RelayError('UPSTREAM_TOO_LARGE', message, { retryable: true })
    }
  }
  return Buffer.concat(chunks, size)
}

function unreadable(path: string, cause: unknown): RelayError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  return new RelayError('FILE_UNREADABLE', reasons.get(code)?.(path) ?? `${path} cannot be read (${code})`, {
    retryable: true,
    cause,
  })
}

const reasons: ReadonlyMap<string, (path: string) => string> = new Map([
  ['ENOENT', (path: string) => `${path} does not exist`],
  ['ENOTDIR', (path: string) => `${path} does not exist: a part of the path is no folder`],
  ['EISDIR', (path: string) => `${path} is a folder, not a file`],
  ['EACCES', (path: string) => `${path} may not be read by this user`],
  ['ELOOP', (path: string) => `${path} is a symbolic link that leads in a circle`],
])
