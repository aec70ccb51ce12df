'use client'

import { useQuery } from '@tanstack/react-query'
import { Scale } from 'lucide-react'
import type { RegretAnswer, RegretMetric, RuleRegret } from '#server/contracts/learning.ts'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, plural } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx'
import { useLearningSearch } from './use-learning-search.ts'
import { formatDifference, formatMetric, metricWords, ruleWords } from './words.ts'

/** As the contract has them; written out so that the page does not load its schemas. */
const metrics: readonly RegretMetric[] = ['success', 'time', 'cost']

/** What each routing rule costs against the best single service and the best choice, as far as recorded choices tell. */
export function RulesPanel() {
  const trpc = useTRPC()
  const { query } = useLearningSearch()
  const { data, error, refetch } = useQuery(trpc.brain.regret.queryOptions(query))
  if (!data) {
    return (
      <Card>
        {error ? (
          <ErrorState title="The cost of rules could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={6} />
        )}
      </Card>
    )
  }
  if (data.rules.length === 0) {
    return (
      <Card>
        <EmptyState icon={Scale} title="No decision was recorded in the window">
          Every call is stored with the rule that decided it and the probability of the choice. From those that could
          have gone elsewhere, this tells what each rule costs against the best it could have done.
        </EmptyState>
      </Card>
    )
  }
  return (
    <div className="grid gap-4 *:min-w-0">
      {data.rules
        .filter(({ withChoice }) => withChoice > 0)
        .map(rule => (
          <RuleCard key={`${rule.rule} ${rule.taskType}`} regret={rule} />
        ))}
      <WithoutChoiceCard rules={data.rules.filter(({ withChoice }) => withChoice === 0)} />
      <p className="num max-w-prose text-pretty text-muted-foreground text-xs">
        From {data.capped ? 'the newest ' : ''}
        {plural(data.calls, 'call')} of the window
        {data.since === null ? '' : ', the first '}
        {data.since === null ? null : <RelativeTime at={data.since} />}. A positive difference is what the rule costs.
        Intervals hold the truth in 95 of 100 cases; nothing is said with less than 30 effective calls on the
        alternative, and only exploration makes such calls.
        {data.withoutProbability > 0
          ? ` ${plural(data.withoutProbability, 'call')} stored by an earlier version had to be left out.`
          : ''}
      </p>
    </div>
  )
}

function RuleCard({ regret }: { regret: RuleRegret }) {
  const { rule, taskType, calls, explored, withChoice, actual } = regret
  const { label, meaning } = ruleWords[rule]
  return (
    <Card>
      <CardHeader
        title={`${label}: ${taskType}`}
        note={
          <span className="num">
            {plural(calls, 'call')}, {formatCount(withChoice)} could have gone elsewhere
          </span>
        }
      />
      <Table aria-label={`${label}: ${taskType}`}>
        <TableHeader>
          <tr>
            <TableHead>In</TableHead>
            <TableHead numeric>All its calls</TableHead>
            <TableHead>Against always the best service</TableHead>
            <TableHead>Against the best choice for each call</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          {metrics.map(metric => (
            <TableRow key={metric}>
              <TableCell className="whitespace-nowrap">{metricWords[metric]}</TableCell>
              <TableCell numeric>{formatMetric(metric, actual[metric])}</TableCell>
              <TableCell>
                <Answer metric={metric} answer={regret.againstBestService[metric]} />
              </TableCell>
              <TableCell>
                <Answer metric={metric} answer={regret.againstBestChoice[metric]} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <CardFooter className="num">
        {meaning} {plural(explored, 'call')} explored another one.
      </CardFooter>
    </Card>
  )
}

/** Rules none of whose calls could have gone elsewhere: what they come to, and that nothing can be said beside it. */
function WithoutChoiceCard({ rules }: { rules: readonly RuleRegret[] }) {
  if (rules.length === 0) return null
  return (
    <Card>
      <CardHeader title="Without a choice" note="what others would have come to cannot be told" />
      <Table aria-label="Without a choice">
        <TableHeader>
          <tr>
            <TableHead>Rule</TableHead>
            <TableHead>Type</TableHead>
            <TableHead numeric>Calls</TableHead>
            {metrics.map(metric => (
              <TableHead key={metric} numeric>
                {metricWords[metric]}
              </TableHead>
            ))}
          </tr>
        </TableHeader>
        <TableBody>
          {rules.map(({ rule, taskType, calls, actual }) => (
            <TableRow key={`${rule} ${taskType}`}>
              <TableCell className="whitespace-nowrap">
                <span title={ruleWords[rule].meaning}>{ruleWords[rule].label}</span>
              </TableCell>
              <TableCell className="whitespace-nowrap">{taskType}</TableCell>
              <TableCell numeric>{formatCount(calls)}</TableCell>
              {metrics.map(metric => (
                <TableCell key={metric} numeric>
                  {formatMetric(metric, actual[metric])}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <CardFooter>
        One service only could take each of these calls, a pin decided, or exploration was off for them.
      </CardFooter>
    </Card>
  )
}

function Answer({ metric, answer }: { metric: RegretMetric; answer: RegretAnswer }) {
  if (answer.kind === 'unknown') {
    return (
      <span className="num text-muted-foreground">
        {answer.reason === 'no_choice'
          ? 'No choice was possible'
          : `Not enough data: ${Math.floor(answer.effectiveCalls)} of ${answer.needed} effective calls`}
      </span>
    )
  }
  const { regret, moduleId, calls, effectiveCalls, alternative } = answer.estimate
  const isClear = regret.low > 0 || regret.high < 0
  return (
    <div className="num sm:min-w-64">
      <div>
        <span className={isClear ? 'font-medium' : undefined}>{formatDifference(metric, regret.value)}</span>{' '}
        <span className="text-muted-foreground">
          ({formatDifference(metric, regret.low)} to {formatDifference(metric, regret.high)})
          {isClear ? '' : ', not distinguishable from nothing'}
        </span>
      </div>
      <div className="text-faint-foreground text-xs">
        {moduleId === null ? '' : `${moduleId}: `}
        {formatMetric(metric, Math.max(0, alternative.value))} · {plural(calls, 'call')},{' '}
        {formatCount(Math.round(effectiveCalls))} effective
      </div>
    </div>
  )
}
