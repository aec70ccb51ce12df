import type { Nodes, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { toString as textOf } from 'mdast-util-to-string'
import { gfmTable } from 'micromark-extension-gfm-table'

/** A Markdown document as its reader sees it. */
export interface PlainText {
  /** Headings, paragraphs and list items, one per line; no code, tables, images, badges or HTML. */
  text: string
  headings: { depth: number; text: string }[]
  codeBlocks: number
}

/** Takes the prose out of Markdown. */
export function toPlainText(markdown: string): PlainText {
  const tree = fromMarkdown(markdown, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] })
  const found: PlainText & { lines: string[] } = { text: '', headings: [], codeBlocks: 0, lines: [] }
  for (const node of tree.children) collect(node, found)
  const { lines, headings, codeBlocks } = found
  return { text: lines.join('\n'), headings, codeBlocks }
}

function collect(node: RootContent, found: PlainText & { lines: string[] }): void {
  switch (node.type) {
    case 'heading':
    case 'paragraph': {
      const text = proseOf(node)
      // A line without two words in a row is a badge, a file name or a link.
      if (node.type === 'heading' && text !== '') found.headings.push({ depth: node.depth, text })
      if (/\p{L}{2,}\s+\p{L}|[\p{Script=Han}\p{Script=Kana}]{4}/u.test(text)) found.lines.push(text)
      return
    }
    case 'code':
      found.codeBlocks += 1
      return
    case 'list':
    case 'listItem':
    case 'blockquote':
      for (const child of node.children) collect(child, found)
      return
    default:
  }
}

function proseOf(node: Nodes): string {
  return textOf(node, { includeImageAlt: false, includeHtml: false }).replace(/\s+/g, ' ').trim()
}
