'use client'

import { useMemo } from 'react'
import type { HealthSummary } from '#server/contracts/health.ts'
import { Card, CardContent, CardFooter, CardHeader } from '../ui/card.tsx'
import { formatCount, formatPercent, formatScore, plural } from '../ui/format.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TableCell } from '../ui/table.tsx'
import { MemberName } from './member-name.tsx'
import { MemberTable } from './member-table.tsx'
import { explainScore, type ScoreTerm } from './score-terms.ts'

/** The score term by term: what each member makes up of it and how many points it pulls down. */
export function ScoreTable({ summary }: { summary: HealthSummary | undefined }) {
  const explained = useMemo(() => summary && explainScore(summary), [summary])
  return (
    <Card>
      <CardHeader title="What the score is made of" note="100 less all that is pulled down" />
      <CardContent className="p-0">
        {explained ? (
          <MemberTable
            label="Terms of the score"
            heads={['Member', 'Score', 'Part', 'Pulls down']}
            members={explained.terms}
            keyOf={keyOf}
          >
            {({ member, part, pull }) => (
              <>
                <TableCell className="w-full max-w-0">
                  <MemberName member={member} />
                </TableCell>
                <TableCell numeric>{formatScore(member.score)}</TableCell>
                <TableCell numeric className="text-muted-foreground">
                  {part < 0.01 ? '< 1 %' : formatPercent(part)}
                </TableCell>
                <TableCell numeric className={pull > 0 ? 'font-medium' : 'text-faint-foreground'}>
                  {pull === 0 ? '0' : pull < 0.005 ? '< 0.01' : `-${pull.toFixed(2)}`}
                </TableCell>
              </>
            )}
          </MemberTable>
        ) : (
          <SkeletonRows rows={6} />
        )}
      </CardContent>
      {explained ? (
        <CardFooter className="num">
          Systems {formatPercent(explained.systemsPart)}, modules {formatPercent(explained.modulesPart)} of the score,
          shared evenly by weight
          {explained.uncounted > 0
            ? ` · ${plural(explained.uncounted, 'disabled module')} count${explained.uncounted === 1 ? 's' : ''} for nothing`
            : ` · ${formatCount(explained.terms.length)} members`}
        </CardFooter>
      ) : null}
    </Card>
  )
}

const keyOf = ({ member: { kind, id } }: ScoreTerm) => `${kind} ${id}`
