import semver from 'semver'
import type { DependencyTree, TreePackage } from '../package-reader/read-tree.ts'
import { ModuleError } from '../shared/module-error.ts'
import { checkLicenses, countLicenses } from './check-licenses.ts'
import { findDuplicates } from './find-duplicates.ts'

const maxFindings = 150

export interface AuditPayload {
  package: string
  /** SPDX ids that are in order; by default permissive and weak copyleft licences are. */
  allowedLicenses?: string[]
  /** The Node that will run it; by default the one that runs the auditor. */
  nodeVersion?: string
}

export interface AuditFinding {
  kind: 'license' | 'duplicate' | 'unmet' | 'engine' | 'deprecated'
  severity: 'info' | 'warning' | 'error'
  package: string
  message: string
}

export interface Audit {
  package: string
  nodeVersion: string
  packages: number
  direct: number
  deepest: number
  complete: boolean
  licenses: { license: string; packages: number }[]
  /** Gravest first. */
  findings: AuditFinding[]
  /** A without findings above `info`, B with up to three warnings, C with more, D with an error. */
  grade: 'A' | 'B' | 'C' | 'D'
}

/** Judges a package's tree as it is installed. Throws ModuleError INVALID_PAYLOAD for a Node version that is none. */
export function auditDependencies(payload: AuditPayload, tree: DependencyTree): Audit {
  const { nodeVersion = process.versions.node, allowedLicenses } = payload
  if (!semver.valid(nodeVersion)) {
    throw new ModuleError('INVALID_PAYLOAD', `${nodeVersion} is no version of Node.`, { status: 422 })
  }
  const findings = [
    ...checkLicenses(tree, allowedLicenses ?? null),
    ...findDuplicates(tree.packages),
    ...checkRanges(tree),
    ...checkEngines(tree.packages, nodeVersion),
    ...tree.packages.flatMap(noteDeprecation),
  ].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
  return {
    package: payload.package,
    nodeVersion,
    packages: tree.packages.length,
    direct: tree.packages.filter(({ depth }) => depth === 1).length,
    deepest: Math.max(...tree.packages.map(({ depth }) => depth)),
    complete: tree.complete,
    licenses: countLicenses(tree.packages),
    findings: findings.slice(0, maxFindings),
    grade: gradeOf(findings),
  }
}

const severities: AuditFinding['severity'][] = ['error', 'warning', 'info']

function checkRanges({ packages, missing }: DependencyTree): AuditFinding[] {
  const absent = missing.map(({ name, range, wantedBy }): AuditFinding => {
    return {
      kind: 'unmet',
      severity: 'error',
      package: name,
      message: `${wantedBy} needs ${name}@${range}, which is missing`,
    }
  })
  const wrong = packages.flatMap(({ name, version, wantedBy }) =>
    wantedBy
      .filter(({ range }) => !isMet(version, range))
      .map((wish): AuditFinding => {
        const message = `${wish.name} asks for ${name}@${wish.range} and gets ${version ?? 'no version'}`
        return { kind: 'unmet', severity: 'warning', package: name, message }
      }),
  )
  return [...absent, ...wrong]
}

/** Ranges that are no versions, such as tags and addresses, cannot be judged and pass. */
function isMet(version: string | null, range: string): boolean {
  if (semver.validRange(range) === null) return true
  return version !== null && semver.satisfies(version, range, { includePrerelease: true })
}

function checkEngines(packages: readonly TreePackage[], nodeVersion: string): AuditFinding[] {
  return packages
    .filter(({ nodeRange }) => nodeRange !== null && !isMet(nodeVersion, nodeRange))
    .map(({ name, version, nodeRange, depth }) => ({
      kind: 'engine',
      severity: depth === 0 ? 'error' : 'warning',
      package: name,
      message: `${name}@${version} wants Node ${nodeRange}, not ${nodeVersion}`,
    }))
}

function noteDeprecation({ name, version, deprecated }: TreePackage): AuditFinding[] {
  if (deprecated === null) return []
  const message = `${name}@${version} is deprecated: ${deprecated.slice(0, 300)}`
  return [{ kind: 'deprecated', severity: 'warning', package: name, message }]
}

function gradeOf(findings: readonly AuditFinding[]): Audit['grade'] {
  if (findings.some(({ severity }) => severity === 'error')) return 'D'
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  if (warnings > 3) return 'C'
  return warnings > 0 ? 'B' : 'A'
}
