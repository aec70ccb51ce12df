import { dirname, join, relative, sep } from 'node:path'
import {
  declaredLicense,
  type Manifest,
  nameOfDirectory,
  packageDirectory,
  packagesRoot,
  readManifest,
  requireManifest,
  stringEntries,
  textOrNull,
} from '../shared/installed-packages.ts'
import { readDeprecations } from './read-deprecations.ts'

/** Keeps the answer below 100 kB. */
const maxPackages = 300

/** One installed package of a tree; two versions of one name are two of these. */
export interface TreePackage {
  name: string
  version: string | null
  license: string | null
  nodeRange: string | null
  /** What its makers say to those who still use this version; null when it is not deprecated. */
  deprecated: string | null
  /** Steps from the root, 0 for the root itself. */
  depth: number
  /** Who asks for it, and for which versions. */
  wantedBy: { name: string; range: string }[]
}

/** A package with all that it needs at run time, as it is installed. */
export interface DependencyTree {
  root: string
  packages: TreePackage[]
  /** Needed and not there; optional dependencies may be missing and are not listed. */
  missing: { name: string; range: string; wantedBy: string }[]
  /** False when the tree was too large to list all of it. */
  complete: boolean
}

interface Step {
  directory: string
  name: string
  range: string
  optional: boolean
}

/** Follows dependencies breadth first, as Node would find them. Throws ModuleError PACKAGE_NOT_INSTALLED. */
export async function readTree(root: string, signal: AbortSignal): Promise<DependencyTree> {
  const rootManifest = await requireManifest(root)
  const deprecations = await readDeprecations()
  const found = new Map<string, TreePackage>()
  const missing: DependencyTree['missing'] = []
  const describe = (directory: string, manifest: Manifest, depth: number): Step[] => {
    const note = deprecations.get(relative(packagesRoot, directory).split(sep).join('/')) ?? null
    found.set(directory, describePackage(directory, manifest, depth, note))
    return stepsFrom(directory, manifest)
  }
  let steps = describe(packageDirectory(root), rootManifest, 0)
  for (let depth = 1; steps.length > 0 && found.size < maxPackages; depth += 1) {
    signal.throwIfAborted()
    const next: Step[] = []
    for (const step of steps) {
      const wanted = { name: nameOfDirectory(step.directory), range: step.range }
      const resolved = await resolveFrom(step.directory, step.name, found)
      if (!resolved) {
        if (!step.optional) missing.push({ name: step.name, range: step.range, wantedBy: wanted.name })
        continue
      }
      if (resolved.manifest) next.push(...describe(resolved.directory, resolved.manifest, depth))
      found.get(resolved.directory)?.wantedBy.push(wanted)
    }
    steps = next
  }
  return { root, packages: [...found.values()], missing, complete: steps.length === 0 }
}

function stepsFrom(directory: string, manifest: Manifest): Step[] {
  const optional = new Map(stringEntries(manifest.optionalDependencies))
  const all = new Map([...stringEntries(manifest.dependencies), ...optional])
  return [...all].map(([name, range]) => ({ directory, name, range, optional: optional.has(name) }))
}

/** Looks where Node looks: below the package itself, then below each folder above it. Known ones are not read again. */
async function resolveFrom(directory: string, name: string, known: ReadonlyMap<string, TreePackage>) {
  for (let folder = directory; folder.startsWith(packagesRoot); folder = dirname(folder)) {
    if (folder.endsWith(`${sep}node_modules`)) continue
    const candidate = join(folder, 'node_modules', name)
    if (known.has(candidate)) return { directory: candidate, manifest: null }
    const manifest = await readManifest(candidate)
    if (manifest) return { directory: candidate, manifest }
  }
  return null
}

function describePackage(directory: string, manifest: Manifest, depth: number, deprecated: string | null): TreePackage {
  return {
    name: nameOfDirectory(directory),
    version: textOrNull(manifest.version),
    license: declaredLicense(manifest),
    nodeRange: stringEntries(manifest.engines).find(([engine]) => engine === 'node')?.[1] ?? null,
    deprecated,
    depth,
    wantedBy: [],
  }
}
