import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SubmitTask } from '#server/contracts/tasks.ts'
import {
  declaredLicense,
  licensePattern,
  listInstalledPackages,
  packageDirectory,
  readManifest,
  readPackageText,
} from '../shared/installed-packages.ts'
import { ReadmePool } from './readme-pool.ts'

/** What the feeder submits: work for the fleet on a package that is really installed. */
export type FeedTask = Required<Pick<SubmitTask, 'type' | 'payload' | 'priority'>>

/** A task of a graph: others of the same graph may name it. */
export type GraphTask = FeedTask & { ref: string; dependsOn: string[] }

const maxLicenseCharacters = 12_000
const localeLines = 8

/** How often each type comes, relative to the others. */
const typeWeights: Record<string, number> = {
  'package.read': 4,
  'package.tree': 1,
  'license.detect': 4,
  'language.detect': 3,
  'keywords.extract': 3,
  'text.summarize': 5,
  'readability.score': 3,
  'dependencies.audit': 2,
  'report.write': 1,
}
const types = Object.entries(typeWeights).flatMap(([type, weight]) => Array<string>(weight).fill(type))

/** Most work is normal, some is urgent, some can wait. */
const priorities = [1, 2, 3, 3, 5, 5, 5, 5, 5, 5, 5, 7, 7, 10]

/** Makes varied tasks from the packages in `node_modules`. */
export class TaskMix {
  readonly #packages: readonly string[]
  readonly #readmes: ReadmePool
  readonly #translations: readonly (readonly string[])[]

  private constructor(packages: readonly string[], translations: readonly (readonly string[])[]) {
    this.#packages = packages
    this.#readmes = new ReadmePool(packages)
    this.#translations = translations
  }

  /** Walks `node_modules` once. */
  static async load(): Promise<TaskMix> {
    const [packages, translations] = await Promise.all([listInstalledPackages(), readTranslations()])
    return new TaskMix(packages, translations)
  }

  async next(): Promise<FeedTask> {
    const type = pick(types)
    return { type, payload: await this.#payloadFor(type), priority: pick(priorities) }
  }

  /** A report on a package after its parts: first what it is, then what it brings along and whether that is in order. */
  nextGraph(): GraphTask[] {
    const payload = { package: pick(this.#packages) }
    const priority = pick(priorities)
    const task = (ref: string, type: string, dependsOn: string[]) => ({ ref, type, payload, priority, dependsOn })
    return [
      task('facts', 'package.read', []),
      task('tree', 'package.tree', ['facts']),
      task('audit', 'dependencies.audit', ['facts']),
      task('report', 'report.write', ['tree', 'audit']),
    ]
  }

  async #payloadFor(type: string): Promise<unknown> {
    switch (type) {
      case 'license.detect':
        return this.#licensePayload()
      case 'language.detect':
        return { text: await this.#textInSomeLanguage() }
      case 'keywords.extract':
      case 'readability.score':
        return { text: await this.#readmes.next() }
      case 'text.summarize':
        return { text: await this.#readmes.next(), sentences: 2 + Math.floor(Math.random() * 4) }
      default:
        return { package: pick(this.#packages) }
    }
  }

  async #licensePayload(): Promise<unknown> {
    const name = pick(this.#packages)
    const [manifest, file] = await Promise.all([
      readManifest(packageDirectory(name)),
      readPackageText(name, licensePattern, maxLicenseCharacters),
    ])
    const declared = manifest && declaredLicense(manifest)
    return declared === null && file === null ? this.#licensePayload() : { declared, text: file?.text ?? null }
  }

  async #textInSomeLanguage(): Promise<string> {
    if (this.#translations.length === 0 || Math.random() < 0.3) return this.#readmes.next()
    const lines = pick(this.#translations)
    const first = Math.floor(Math.random() * Math.max(1, lines.length - localeLines))
    return lines.slice(first, first + localeLines).join(' ')
  }
}

/** Texts in some twenty languages: the translations that axe-core ships; none when it is not installed. */
async function readTranslations(): Promise<string[][]> {
  const folder = join(packageDirectory('axe-core'), 'locales')
  const names = await readdir(folder).catch(() => [])
  const files = names.filter(name => /^[a-z]{2}.*\.json$/.test(name))
  return Promise.all(files.map(name => readTranslation(join(folder, name))))
}

async function readTranslation(path: string): Promise<string[]> {
  const { rules } = JSON.parse(await readFile(path, 'utf8')) as { rules: Record<string, { description: string }> }
  return Object.values(rules).map(({ description }) => description)
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T
}
