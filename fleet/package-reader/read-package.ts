import {
  declaredLicense,
  licensePattern,
  type Manifest,
  type PackageText,
  packageDirectory,
  readmePattern,
  readPackageText,
  requireManifest,
  stringEntries,
  textOrNull,
} from '../shared/installed-packages.ts'
import { type FileSummary, summarizeFiles } from './summarize-files.ts'

const maxReadmeCharacters = 40_000
const maxTextCharacters = 24_000
const maxLicenseCharacters = 16_000
const maxHeadings = 40

/** An installed package, as others of the fleet need it. */
export interface PackageFacts {
  name: string
  version: string | null
  description: string | null
  license: string | null
  homepage: string | null
  repository: string | null
  keywords: string[]
  moduleFormat: 'esm' | 'commonjs' | 'dual'
  hasTypes: boolean
  /** Versions of Node it wants. */
  nodeRange: string | null
  dependencies: Record<string, string>
  /** The README without its markup. */
  readme: { file: string; bytes: number; text: string; headings: string[]; codeBlocks: number } | null
  licenseFile: PackageText | null
  files: FileSummary
}

/** Reads an installed package. Throws ModuleError PACKAGE_NOT_INSTALLED. */
export async function readPackage(name: string, signal: AbortSignal): Promise<PackageFacts> {
  const manifest = await requireManifest(name)
  const [readme, licenseFile, files] = await Promise.all([
    readReadme(name),
    readPackageText(name, licensePattern, maxLicenseCharacters),
    summarizeFiles(packageDirectory(name), signal),
  ])
  return { ...describeManifest(name, manifest), readme, licenseFile, files }
}

function describeManifest(name: string, manifest: Manifest) {
  return {
    name,
    version: textOrNull(manifest.version),
    description: textOrNull(manifest.description)?.slice(0, 1_000) ?? null,
    license: declaredLicense(manifest),
    homepage: textOrNull(manifest.homepage),
    repository: repositoryOf(manifest.repository),
    keywords: Array.isArray(manifest.keywords) ? manifest.keywords.map(String).slice(0, 50) : [],
    moduleFormat: moduleFormatOf(manifest),
    hasTypes: textOrNull(manifest.types) !== null || textOrNull(manifest.typings) !== null || mentionsTypes(manifest),
    nodeRange: stringEntries(manifest.engines).find(([engine]) => engine === 'node')?.[1] ?? null,
    dependencies: Object.fromEntries(stringEntries(manifest.dependencies)),
  }
}

async function readReadme(name: string): Promise<PackageFacts['readme']> {
  const [found, { toPlainText }] = await Promise.all([
    readPackageText(name, readmePattern, maxReadmeCharacters),
    import('../shared/plain-text.ts'),
  ])
  if (!found) return null
  const { text, headings, codeBlocks } = toPlainText(found.text)
  return {
    file: found.file,
    bytes: found.bytes,
    text: text.slice(0, maxTextCharacters),
    headings: headings.slice(0, maxHeadings).map(heading => heading.text.slice(0, 200)),
    codeBlocks,
  }
}

/** A web address where there is one, without the decorations of git. */
function repositoryOf(repository: unknown): string | null {
  const url = typeof repository === 'object' && repository !== null ? (repository as { url?: unknown }).url : repository
  return (
    textOrNull(url)
      ?.replace(/^git\+/, '')
      .replace(/\.git$/, '') ?? null
  )
}

function moduleFormatOf({ type, exports }: Manifest): PackageFacts['moduleFormat'] {
  const conditions = JSON.stringify(exports ?? null)
  if (conditions.includes('"require":') && (conditions.includes('"import":') || type === 'module')) return 'dual'
  return type === 'module' ? 'esm' : 'commonjs'
}

function mentionsTypes({ exports }: Manifest): boolean {
  return /"types[^"]*":|\.d\.[mc]?ts"/.test(JSON.stringify(exports ?? null))
}
