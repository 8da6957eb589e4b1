/** Writes a project into a folder. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError, folderNotEmpty } from './messages.ts'

/**
 * Writes the files. A folder that exists must be empty.
 *
 * @throws {UsageError} `FOLDER_NOT_EMPTY`. Then nothing is written.
 */
export async function writeProject(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  await requireEmpty(folder)
  for (const [path, text] of files) {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    // Fails where another program has written a file since.
    await writeFile(target, text, { flag: 'wx' })
  }
}

/**
 * Checks that a folder is empty, or does not exist. A folder `.git` counts as empty.
 *
 * @throws {UsageError} `FOLDER_NOT_EMPTY`.
 */
export async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') return ['a file']
    throw error
  })
  if (names.some((name) => name !== '.git')) {
    throw new UsageError('FOLDER_NOT_EMPTY', folderNotEmpty(folder))
  }
}
