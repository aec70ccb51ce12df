import semver from 'semver'
import type { TreePackage } from '../package-reader/read-tree.ts'
import type { AuditFinding } from './audit-dependencies.ts'

/** Packages installed in several versions: a warning where one of the versions would do for all who want one. */
export function findDuplicates(packages: readonly TreePackage[]): AuditFinding[] {
  const byName = Map.groupBy(packages, ({ name }) => name)
  return [...byName]
    .filter(([, copies]) => new Set(copies.map(versionOf)).size > 1)
    .map(([name, copies]) => describe(name, copies))
}

function describe(name: string, copies: readonly TreePackage[]): AuditFinding {
  const versions = [...new Set(copies.map(versionOf))].sort(semver.rcompare)
  const ranges = copies.flatMap(({ wantedBy }) => wantedBy.map(({ range }) => range))
  const enough = versions.find(version => ranges.every(range => semver.satisfies(version, range)))
  const message = `${name} is there in ${versions.join(' and ')}`
  if (enough === undefined) return { kind: 'duplicate', severity: 'info', package: name, message }
  return { kind: 'duplicate', severity: 'warning', package: name, message: `${message}; ${enough} would do for all` }
}

function versionOf({ version }: TreePackage): string {
  return version ?? '0.0.0'
}
