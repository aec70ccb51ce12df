import correct from 'spdx-correct'
import parse from 'spdx-expression-parse'

/** What a licence asks of those who pass the work on; for an expression, of its most lenient choice. */
export const licenseFamilies = ['permissive', 'weak-copyleft', 'strong-copyleft', 'other', 'unknown'] as const
export type LicenseFamily = (typeof licenseFamilies)[number]

/** A declared licence as a valid SPDX expression; null when it cannot be understood as one. */
export function toExpression(declared: string): string | null {
  return isExpression(declared) ? declared : (correctParts(declared) ?? correct(declared, { upgrade: false }))
}

export function isExpression(text: string): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

/** spdx-correct knows single licences; `MIT and Apache 2` is two. */
function correctParts(declared: string): string | null {
  const parts = declared
    .replace(/^\(|\)$/g, '')
    .split(/\s+(and|or)\s+|\s*([/,])\s*/i)
    .filter(part => part !== undefined)
  if (parts.length < 3) return null
  const words = parts.map((part, index) => (index % 2 === 0 ? correct(part, { upgrade: false }) : conjunctionOf(part)))
  const expression = words.join(' ')
  return words.includes(null) || !isExpression(expression) ? null : expression
}

function conjunctionOf(word: string): 'AND' | 'OR' {
  return /^and$/i.test(word) ? 'AND' : 'OR'
}

/** Every licence named in a valid expression, once each. */
export function licensesIn(expression: string): string[] {
  return [...new Set(collect(parse(expression)))]
}

function collect(node: parse.Info): string[] {
  return 'conjunction' in node ? [...collect(node.left), ...collect(node.right)] : [node.license]
}

/** The family of a valid expression: of `OR` the more lenient side, of `AND` the stricter one. */
export function familyOf(expression: string): LicenseFamily {
  return familyOfNode(parse(expression))
}

function familyOfNode(node: parse.Info): LicenseFamily {
  if (!('conjunction' in node)) return familyOfLicense(node.license)
  const sides = [familyOfNode(node.left), familyOfNode(node.right)].sort(byStrictness)
  return (node.conjunction === 'or' ? sides[0] : sides[1]) ?? 'unknown'
}

function byStrictness(a: LicenseFamily, b: LicenseFamily): number {
  return licenseFamilies.indexOf(a) - licenseFamilies.indexOf(b)
}

const families: [RegExp, LicenseFamily][] = [
  [/^(AGPL|GPL|SSPL|OSL|EUPL|CECILL-[12]|RPL|Sleepycat)/, 'strong-copyleft'],
  [/^(LGPL|MPL|EPL|CDDL|CPL|MS-RL|CECILL-C|OFL)/, 'weak-copyleft'],
  [
    /^(MIT|ISC|Apache|BSD|0BSD|Unlicense|CC0|CC-BY-[0-9]|Zlib|BlueOak|BSL-1|Python|PSF|WTFPL|X11|NCSA|PostgreSQL|Artistic-2|AFL|Unicode|UPL|curl|libpng|OpenSSL)/,
    'permissive',
  ],
]

function familyOfLicense(id: string): LicenseFamily {
  return families.find(([pattern]) => pattern.test(id))?.[1] ?? 'other'
}
