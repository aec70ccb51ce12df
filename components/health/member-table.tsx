'use client'

import type { ReactNode } from 'react'
import { RowGap } from '../ui/row-gap.tsx'
import { TableBody, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { useWindowRows } from '../ui/use-window-rows.ts'

interface MemberTableProps<Item> {
  label: string
  /** The first stands at the left, the second and those after it are figures. */
  heads: readonly string[]
  members: readonly Item[]
  keyOf: (item: Item) => string
  /** The cells of one row. */
  children: (item: Item) => ReactNode
}

/** A table of members of which only the rows in sight are drawn; a thousand scroll smoothly. */
export function MemberTable<Item>({ label, heads, members, keyOf, children }: MemberTableProps<Item>) {
  const { body, indexes, before, after, measure } = useWindowRows({
    count: members.length,
    estimatePx: 53,
    keyOf: index => {
      const member = members[index]
      return member === undefined ? '' : keyOf(member)
    },
  })
  return (
    <table aria-label={label} aria-rowcount={members.length + 1} className="w-full border-collapse text-left text-sm">
      <TableHeader className="top-12 z-10">
        <tr>
          {heads.map((head, index) => (
            <TableHead key={head} numeric={index > 0}>
              {head}
            </TableHead>
          ))}
        </tr>
      </TableHeader>
      <TableBody ref={body}>
        <RowGap px={before} />
        {indexes.map(index => {
          const member = members[index]
          if (member === undefined) return null
          return (
            <TableRow key={keyOf(member)} ref={measure} data-index={index} aria-rowindex={index + 2}>
              {children(member)}
            </TableRow>
          )
        })}
        <RowGap px={after} />
      </TableBody>
    </table>
  )
}
