import { readdir, stat } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'

/** The largest packages have tens of thousands of files; the answer stays quick and says so. */
const maxFiles = 5_000
const listed = 10

/** What a package's files add up to; without the packages installed below it. */
export interface FileSummary {
  count: number
  bytes: number
  /** False when there were too many files to look at all of them. */
  complete: boolean
  /** Bytes by extension, largest first. */
  byExtension: { extension: string; files: number; bytes: number }[]
  largest: { path: string; bytes: number }[]
}

/** Walks a package's folder. Symbolic links are not followed. */
export async function summarizeFiles(root: string, signal: AbortSignal): Promise<FileSummary> {
  const files: { path: string; bytes: number }[] = []
  const folders = [root]
  let complete = true
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted()
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name !== 'node_modules') folders.push(join(entry.parentPath, entry.name))
    }
    complete = files.length + names.length <= maxFiles
    const sizes = await Promise.all(names.slice(0, maxFiles - files.length).map(sizeOf))
    files.push(...sizes)
    if (!complete) break
  }
  return {
    count: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    complete,
    byExtension: groupByExtension(files).slice(0, listed),
    largest: files
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, listed)
      .map(({ path, bytes }) => ({ path: relative(root, path), bytes })),
  }
}

async function sizeOf(path: string): Promise<{ path: string; bytes: number }> {
  return { path, bytes: (await stat(path)).size }
}

function groupByExtension(files: { path: string; bytes: number }[]): FileSummary['byExtension'] {
  const groups = new Map<string, { extension: string; files: number; bytes: number }>()
  for (const { path, bytes } of files) {
    const extension = extname(path).toLowerCase()
    const group = groups.get(extension) ?? { extension, files: 0, bytes: 0 }
    group.files += 1
    group.bytes += bytes
    groups.set(extension, group)
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes)
}
