import Link from 'next/link'
import type { DecisionCandidate, DecisionView } from '#server/contracts/decisions.ts'
import { Badge } from '../ui/badge.tsx'
import { formatCount, formatMs, formatPercent, formatUsd, unknownValue } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { exclusionWords } from './task-words.ts'

/** Every instance that was looked at, with what the choice stood on. */
export function CandidateTable({ decision }: { decision: DecisionView }) {
  return (
    <Table aria-label="Candidates">
      <TableHeader>
        <tr>
          <TableHead>Candidate</TableHead>
          <TableHead>Choice</TableHead>
          <TableHead numeric>Score</TableHead>
          <TableHead>Load</TableHead>
          <TableHead numeric>Succeeded</TableHead>
          <TableHead numeric>Mean</TableHead>
          <TableHead numeric>Evidence</TableHead>
          <TableHead numeric>Cost/h</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {decision.candidates.map(candidate => (
          <CandidateRow
            key={`${candidate.moduleId} ${candidate.instanceId ?? ''}`}
            candidate={candidate}
            isChosen={candidate.moduleId === decision.moduleId && candidate.instanceId === decision.instanceId}
            place={decision.fallbacks.indexOf(candidate.moduleId)}
          />
        ))}
      </TableBody>
    </Table>
  )
}

interface CandidateRowProps {
  candidate: DecisionCandidate
  isChosen: boolean
  /** Its place among the fallbacks; -1 when it is none. */
  place: number
}

function CandidateRow({ candidate, isChosen, place }: CandidateRowProps) {
  const {
    moduleId,
    instanceId,
    score,
    load,
    inFlight,
    capacity,
    successRate,
    meanMs,
    evidence,
    costPerHourUsd,
    excluded,
  } = candidate
  return (
    <TableRow aria-selected={isChosen || undefined}>
      <TableCell className="whitespace-nowrap">
        <Link href={`/modules/${moduleId}`} prefetch={false} className="hover:underline">
          {moduleId}
        </Link>
        <div className="font-mono text-faint-foreground text-xs">{instanceId}</div>
      </TableCell>
      <TableCell className="whitespace-nowrap">
        {isChosen ? (
          <Badge className="border-primary-line bg-primary-soft text-primary-text">chosen</Badge>
        ) : excluded ? (
          <>
            <span className="text-muted-foreground">left out</span>
            <div className="text-warn-text text-xs">{exclusionWords[excluded]}</div>
          </>
        ) : (
          <span className="text-muted-foreground">{place === -1 ? 'could be' : `fallback ${place + 1}`}</span>
        )}
      </TableCell>
      <TableCell numeric>{score === null ? unknownValue : score.toFixed(3)}</TableCell>
      <TableCell>
        {load === null ? (
          unknownValue
        ) : (
          <span className="num flex items-center gap-2 whitespace-nowrap">
            <Meter label="Capacity in use" value={load} tone={utilizationTone(load)} className="w-10" />
            {inFlight}/{capacity}
          </span>
        )}
      </TableCell>
      <TableCell numeric>{formatPercent(successRate)}</TableCell>
      <TableCell numeric>{formatMs(meanMs)}</TableCell>
      <TableCell numeric title="Outcomes that the figures stand on, older ones counting less">
        {formatCount(Math.round(evidence))}
      </TableCell>
      <TableCell numeric>{formatUsd(costPerHourUsd)}</TableCell>
    </TableRow>
  )
}
