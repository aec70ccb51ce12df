import type { Heading, List, Paragraph, Table, TableRow } from 'mdast'

export function heading(depth: Heading['depth'], value: string): Heading {
  return { type: 'heading', depth, children: [{ type: 'text', value }] }
}

export function paragraph(value: string): Paragraph {
  return { type: 'paragraph', children: [{ type: 'text', value }] }
}

export function bulletList(items: readonly string[]): List {
  const children = items.map(item => ({ type: 'listItem' as const, spread: false, children: [paragraph(item)] }))
  return { type: 'list', ordered: false, spread: false, children }
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): Table {
  return { type: 'table', children: [header, ...rows].map(tableRow) }
}

function tableRow(cells: readonly string[]): TableRow {
  return {
    type: 'tableRow',
    children: cells.map(value => ({ type: 'tableCell', children: [{ type: 'text', value }] })),
  }
}
