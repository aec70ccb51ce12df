import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ModuleError } from './module-error.ts'

/** The folder that holds `node_modules`: `FLEET_PACKAGES_ROOT`, else this project's own. */
export const packagesRoot = process.env['FLEET_PACKAGES_ROOT'] ?? resolve(import.meta.dirname, '../..')

/** What of a package.json the fleet looks at; packages of all ages disagree about the shapes. */
export interface Manifest {
  name?: unknown
  version?: unknown
  description?: unknown
  license?: unknown
  licenses?: unknown
  keywords?: unknown
  homepage?: unknown
  repository?: unknown
  type?: unknown
  exports?: unknown
  types?: unknown
  typings?: unknown
  engines?: unknown
  dependencies?: unknown
  optionalDependencies?: unknown
}

/** Where a package is installed. The name must have the form that npm allows, so that it cannot lead out of the folder. */
export function packageDirectory(name: string): string {
  return join(packagesRoot, 'node_modules', name)
}

/** Reads a package's manifest; null when no package is there. */
export async function readManifest(directory: string): Promise<Manifest | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
    return typeof manifest === 'object' && manifest !== null ? manifest : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

/** Throws ModuleError PACKAGE_NOT_INSTALLED. */
export async function requireManifest(name: string): Promise<Manifest> {
  const manifest = await readManifest(packageDirectory(name))
  if (manifest) return manifest
  throw new ModuleError('PACKAGE_NOT_INSTALLED', `The package ${name} is not installed here.`, { status: 422 })
}

/** Names of all packages at the top of `node_modules`, in alphabetical order. */
export async function listInstalledPackages(): Promise<string[]> {
  const folder = join(packagesRoot, 'node_modules')
  const names: string[] = []
  for (const entry of await readdir(folder)) {
    if (entry.startsWith('.')) continue
    if (!entry.startsWith('@')) names.push(entry)
    else for (const inner of await readdir(join(folder, entry))) names.push(`${entry}/${inner}`)
  }
  const manifests = await Promise.all(names.map(name => readManifest(packageDirectory(name))))
  return names.filter((_, index) => manifests[index]).sort()
}

/** A text file of a package, at most `maxCharacters` of it. */
export interface PackageText {
  file: string
  bytes: number
  text: string
}

/** Finds a file at the top of a package by its name, such as its README; null when there is none. */
export async function readPackageText(
  name: string,
  pattern: RegExp,
  maxCharacters: number,
): Promise<PackageText | null> {
  const entries = await readdir(packageDirectory(name), { withFileTypes: true })
  const found = entries.filter(entry => entry.isFile() && pattern.test(entry.name)).sort(shortestFirst)[0]
  if (!found) return null
  const path = join(found.parentPath, found.name)
  const [{ size }, text] = await Promise.all([stat(path), readFile(path, 'utf8')])
  return { file: found.name, bytes: size, text: cutWhole(text, maxCharacters) }
}

export const readmePattern = /^readme(\.(md|markdown|txt))?$/i
export const licensePattern = /^(licen[cs]e|copying|unlicense)([-.].*)?$/i

/** The licence a manifest declares, in any of the forms npm has known; null when it declares none. */
export function declaredLicense({ license, licenses }: Manifest): string | null {
  if (typeof license === 'string') return license
  const names = (Array.isArray(licenses) ? licenses : [license]).map(typeOf).filter(name => name !== null)
  return names.length === 0 ? null : names.join(' OR ')
}

function typeOf(license: unknown): string | null {
  if (typeof license === 'string') return license
  const type = typeof license === 'object' && license !== null ? (license as { type?: unknown }).type : null
  return typeof type === 'string' ? type : null
}

/** The string entries of an object such as `dependencies`; anything else is left out. */
export function stringEntries(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/** Cuts a text without leaving half of a character that takes two code units. */
export function cutWhole(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters
    ? text
    : text
        .slice(0, maxCharacters)
        .toWellFormed()
        .replace(/\uFFFD$/, '')
}

/** Name of the package that a folder below some `node_modules` holds. */
export function nameOfDirectory(directory: string): string {
  const scope = basename(dirname(directory))
  return scope.startsWith('@') ? `${scope}/${basename(directory)}` : basename(directory)
}

function shortestFirst(a: { name: string }, b: { name: string }): number {
  return a.name.length - b.name.length || a.name.localeCompare(b.name)
}
