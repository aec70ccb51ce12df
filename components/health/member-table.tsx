'use client'

import { memo, type ReactNode, type RefCallback, useCallback } from 'react'
import { RowGap } from '../ui/row-gap.tsx'
import { windowRowProps } from '../ui/row-props.ts'
import { TableBody, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { useWindowRows } from '../ui/use-window-rows.ts'

interface MemberTableProps<Item> {
  label: string
  /** The first stands at the left, the second and those after it are figures. */
  heads: readonly string[]
  members: readonly Item[]
  /** The same function from render to render. */
  keyOf: (item: Item) => string
  /** The cells of one row. */
  children: (item: Item) => ReactNode
}

/** A table of members of which only the rows in sight are drawn; a thousand scroll smoothly. */
export function MemberTable<Item>({ label, heads, members, keyOf, children }: MemberTableProps<Item>) {
  const { body, indexes, before, after, measure } = useWindowRows({
    count: members.length,
    estimatePx: 53,
    keyOf: useCallback(
      (index: number) => {
        const member = members[index]
        return member === undefined ? '' : keyOf(member)
      },
      [members, keyOf],
    ),
  })
  return (
    <table
      aria-label={label}
      aria-rowcount={members.length + 1}
      className="w-full border-separate border-spacing-0 text-left text-sm"
    >
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
          return <MemberRow key={keyOf(member)} index={index} measure={measure} member={member} cellsOf={children} />
        })}
        <RowGap px={after} />
      </TableBody>
    </table>
  )
}

interface MemberRowProps<Item> {
  index: number
  measure: RefCallback<HTMLElement>
  member: Item
  cellsOf: (member: Item) => ReactNode
}

function Row<Item>({ index, measure, member, cellsOf }: MemberRowProps<Item>) {
  return (
    <TableRow ref={measure} {...windowRowProps(index)}>
      {cellsOf(member)}
    </TableRow>
  )
}

/** One member; not drawn anew while the table scrolls. */
const MemberRow = memo(Row) as typeof Row
