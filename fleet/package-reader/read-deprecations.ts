import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packagesRoot } from '../shared/installed-packages.ts'

/**
 * Deprecation notes by folder, such as `node_modules/a/node_modules/b`, from the record that npm leaves of what it installed:
 * manifests do not carry them. Empty when another package manager was at work.
 */
export async function readDeprecations(): Promise<Map<string, string>> {
  const notes = new Map<string, string>()
  for (const [folder, { deprecated }] of Object.entries(await readRecord())) {
    if (deprecated !== undefined) notes.set(folder, deprecated)
  }
  return notes
}

async function readRecord(): Promise<Record<string, { deprecated?: string }>> {
  try {
    const text = await readFile(join(packagesRoot, 'node_modules/.package-lock.json'), 'utf8')
    return (JSON.parse(text) as { packages?: Record<string, { deprecated?: string }> }).packages ?? {}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
