import satisfies from 'spdx-satisfies'
import type { DependencyTree, TreePackage } from '../package-reader/read-tree.ts'
import {
  familyOf,
  isExpression,
  type LicenseFamily,
  licenseFamilies,
  toExpression,
} from '../shared/license-expression.ts'
import { ModuleError } from '../shared/module-error.ts'
import type { AuditFinding } from './audit-dependencies.ts'

/**
 * What speaks against the licences of a tree: none or an unreadable one, one that is not allowed, and one that asks more of
 * the users of the root package than the root's own licence lets them expect.
 */
export function checkLicenses({ packages }: DependencyTree, allowed: readonly string[] | null): AuditFinding[] {
  const unknown = allowed?.find(id => !isExpression(id))
  if (unknown !== undefined) {
    throw new ModuleError('INVALID_PAYLOAD', `${unknown} is no SPDX licence.`, { status: 422 })
  }
  const root = packages[0]
  const rootExpression = root && expressionOf(root)
  const rootFamily = rootExpression ? familyOf(rootExpression) : null
  return packages.flatMap(item => {
    const problem = problemWith(item, allowed, item === root ? null : rootFamily)
    return problem === null ? [] : [{ kind: 'license' as const, package: item.name, ...problem }]
  })
}

function problemWith(item: TreePackage, allowed: readonly string[] | null, rootFamily: LicenseFamily | null) {
  const label = `${item.name}@${item.version}`
  if (item.license === null) return { severity: 'error' as const, message: `${label} declares no licence` }
  const expression = expressionOf(item)
  if (expression === null)
    return { severity: 'error' as const, message: `${label} declares ${item.license}, which is unclear` }
  if (allowed !== null) {
    if (satisfies(expression, [...allowed])) return null
    return { severity: 'error' as const, message: `${label} is under ${expression}, which is not allowed` }
  }
  const family = familyOf(expression)
  if (family === 'strong-copyleft') return { severity: 'error' as const, message: `${label} is under ${expression}` }
  if (family === 'other')
    return { severity: 'warning' as const, message: `${label} is under ${expression}, to be read` }
  if (rootFamily === null || strictnessOf(family) <= strictnessOf(rootFamily)) return null
  return {
    severity: 'info' as const,
    message: `${label} is under ${expression}, which asks more than the package's own licence`,
  }
}

function strictnessOf(family: LicenseFamily): number {
  return licenseFamilies.indexOf(family)
}

function expressionOf({ license }: TreePackage): string | null {
  return license === null ? null : toExpression(license)
}

/** How many packages stand under each licence, most first. */
export function countLicenses(packages: readonly TreePackage[]): { license: string; packages: number }[] {
  const byLicense = Map.groupBy(packages, item => expressionOf(item) ?? 'none')
  return [...byLicense]
    .map(([license, items]) => ({ license, packages: items.length }))
    .sort((a, b) => b.packages - a.packages || a.license.localeCompare(b.license))
}
