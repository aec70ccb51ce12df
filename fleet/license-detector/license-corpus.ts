import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import spdxLicenses from 'spdx-license-list'
import { breathe } from '../shared/work.ts'
import { type Fingerprint, fingerprintOf, normalizeLicense, similarityOf } from './license-fingerprint.ts'

/** Licences not approved by the OSI that packages nevertheless come with. */
const otherLicenses = ['CC0-1.0', 'CC-BY-3.0', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'WTFPL', 'SSPL-1.0', 'X11', 'OpenSSL']

/** Two licences with the same fingerprint differ in name only; the newer name wins. */
const isSuperseded = (id: string) => /^(A?L?GPL)-[0-9.]+\+?$/.test(id) || id.endsWith('-or-later')

export interface LicenseMatch {
  id: string
  name: string
  osiApproved: boolean
  /** 0-1; 1 is word for word the same, but for names and years. */
  similarity: number
}

interface KnownLicense {
  id: string
  fingerprint: Fingerprint
}

/** The texts of the SPDX licences that software comes with, ready to be compared. */
export class LicenseCorpus {
  readonly #known: KnownLicense[]

  private constructor(known: KnownLicense[]) {
    this.#known = known
  }

  /** Reads and prepares some 140 texts; takes a good part of a second, in small steps. */
  static async load(): Promise<LicenseCorpus> {
    const require = createRequire(import.meta.url)
    const ids = Object.keys(spdxLicenses).filter(id => isCandidate(id))
    const known: KnownLicense[] = []
    const patient = new AbortController().signal
    for (const id of ids) {
      await breathe(patient)
      const path = require.resolve(`spdx-license-list/licenses/${id}.json`)
      const { licenseText } = JSON.parse(await readFile(path, 'utf8')) as { licenseText: string }
      known.push({ id, fingerprint: fingerprintOf(normalizeLicense(licenseText)) })
    }
    return new LicenseCorpus(known)
  }

  /** The licences most like a text, best first, at most three of at least 50 % similarity. */
  async match(text: string, signal: AbortSignal): Promise<LicenseMatch[]> {
    const fingerprint = fingerprintOf(normalizeLicense(text))
    await breathe(signal)
    return this.#known
      .map(({ id, fingerprint: other }) => ({ id, similarity: similarityOf(fingerprint, other) }))
      .filter(({ similarity }) => similarity >= 0.5)
      .sort((a, b) => b.similarity - a.similarity || a.id.length - b.id.length)
      .slice(0, 3)
      .map(({ id, similarity }) => ({ id, similarity, name: nameOf(id), osiApproved: isOsiApproved(id) ?? false }))
  }
}

/** Null for an id that SPDX does not know. */
export function isOsiApproved(id: string): boolean | null {
  return spdxLicenses[id]?.osiApproved ?? null
}

function isCandidate(id: string): boolean {
  return (isOsiApproved(id) === true || otherLicenses.includes(id)) && !isSuperseded(id)
}

function nameOf(id: string): string {
  return spdxLicenses[id]?.name ?? id
}
