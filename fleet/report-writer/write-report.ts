import type { Root, RootContent } from 'mdast'
import { gfmTableToMarkdown } from 'mdast-util-gfm-table'
import { toMarkdown } from 'mdast-util-to-markdown'
import type { PackageFacts } from '../package-reader/read-package.ts'
import { wordsOf } from '../shared/text.ts'
import type { Finding, Findings } from './gather-findings.ts'
import { bulletList, heading, paragraph, table } from './markdown-nodes.ts'

export interface Report {
  package: string
  version: string | null
  markdown: string
  words: number
  /** Which modules gave no answer, and why; their sections say so. */
  unavailable: string[]
}

/** Writes the report on one package. */
export function writeReport(findings: Findings): Report {
  const { facts } = findings
  const tree: Root = {
    type: 'root',
    children: [
      heading(1, `${facts.name} ${facts.version ?? ''}`.trim()),
      ...(facts.description === null ? [] : [paragraph(facts.description)]),
      ...aboutSection(facts),
      ...section('What it is about', findings.summary, ({ summary }) => [paragraph(summary)]),
      ...section('Key phrases', findings.keywords, ({ keywords }) => [
        bulletList(keywords.map(({ phrase, count }) => `${phrase} (${count}×)`)),
      ]),
      ...licenseSection(findings),
      ...auditSection(findings),
      ...readabilitySection(findings),
      ...sizeSection(facts),
    ],
  }
  const markdown = toMarkdown(tree, { extensions: [gfmTableToMarkdown()], bullet: '-' })
  const { facts: _, ...asked } = findings
  const unavailable = Object.values(asked).flatMap(finding =>
    finding && 'unavailable' in finding ? [finding.unavailable] : [],
  )
  return { package: facts.name, version: facts.version, markdown, words: wordsOf(markdown).length, unavailable }
}

/** A section of what was found; a module that gave no answer is named, and what was not asked about is left out. */
function section<T>(title: string, finding: Finding<T>, write: (value: T) => RootContent[]): RootContent[] {
  if (finding === null) return []
  if ('unavailable' in finding) return [heading(2, title), paragraph(`Not known: ${finding.unavailable}`)]
  return [heading(2, title), ...write(finding.value)]
}

function aboutSection(facts: PackageFacts): RootContent[] {
  const rows: [string, string][] = [
    ['Home', facts.homepage ?? facts.repository ?? 'not given'],
    ['Module format', facts.moduleFormat],
    ['Type declarations', facts.hasTypes ? 'yes' : 'no'],
    ['Node', facts.nodeRange ?? 'any'],
    ['Direct dependencies', String(Object.keys(facts.dependencies).length)],
  ]
  return [table(['Fact', 'Value'], rows)]
}

function licenseSection({ license }: Findings): RootContent[] {
  return section('Licence', license, ({ expression, family, confidence, agrees, matches }) => {
    const share = `${Math.round(confidence * 100)} %`
    const verdict =
      expression === null ? 'No licence could be made out.' : `${expression} (${family}), sure to ${share}.`
    const [best] = matches
    const shipped = best ? ` The text it ships is ${Math.round(best.similarity * 100)} % like ${best.name}.` : ''
    const conflict = agrees === false ? ' That contradicts what it declares.' : ''
    return [paragraph(`${verdict}${shipped}${conflict}`)]
  })
}

function auditSection({ audit }: Findings): RootContent[] {
  return section('Dependencies', audit, ({ grade, packages, deepest, licenses, findings, complete }) => {
    const counts = licenses.map(({ license, packages: count }): [string, string] => [license, String(count)])
    return [
      paragraph(`Grade ${grade}. ${describeTree(packages - 1, deepest, complete)}`),
      table(['Licence', 'Packages'], counts),
      ...(findings.length === 0
        ? []
        : [bulletList(findings.map(({ severity, message }) => `${severity}: ${message}`))]),
    ]
  })
}

function describeTree(others: number, deepest: number, complete: boolean): string {
  if (others === 0) return 'It needs no other package.'
  const count = others === 1 ? '1 other package' : `${others} other packages`
  return `It brings in ${complete ? '' : 'more than '}${count}, ${deepest === 1 ? 'all of them directly' : `up to ${deepest} steps away`}.`
}

function readabilitySection({ readability }: Findings): RootContent[] {
  return section(
    'Documentation',
    readability,
    ({ words, readingMinutes, fleschReadingEase, band, fleschKincaidGrade }) => [
      paragraph(
        `Its README has ${words} words of prose, ${readingMinutes} minutes to read; ${band} ` +
          `(Flesch reading ease ${fleschReadingEase}, school grade ${fleschKincaidGrade}).`,
      ),
    ],
  )
}

function sizeSection({ files }: PackageFacts): RootContent[] {
  const rows = files.byExtension.map(({ extension, files: count, bytes }) => [
    extension || '(none)',
    String(count),
    kilobytes(bytes),
  ])
  return [
    heading(2, 'Size'),
    paragraph(`${files.complete ? '' : 'More than '}${files.count} files, ${kilobytes(files.bytes)}.`),
    table(['Files', 'Count', 'Size'], rows),
  ]
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
