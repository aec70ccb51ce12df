import Link from 'next/link'
import { memo, type ReactNode } from 'react'
import type { DashboardView } from '#server/contracts/stats.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { formatScore, plural } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { bandOfScore, statusLook } from '../ui/status.ts'

const maxModules = 6

/** What the score is made of: every system, and the modules that pull it down most. */
export const ScoreBreakdown = memo(function ScoreBreakdown({
  health,
  modules,
}: Pick<DashboardView, 'health' | 'modules'>) {
  const reasons = new Map(health.unhealthy.map(member => [member.id, member.reason]))
  const counted = modules
    .filter(module => module.enabled)
    .toSorted((a, b) => (a.healthScore ?? 101) - (b.healthScore ?? 101) || a.name.localeCompare(b.name))
  const more = counted.length - maxModules
  return (
    <Card className="h-full">
      <CardHeader title="What the score is made of" />
      <div className="grid gap-x-6 gap-y-4 p-4 sm:grid-cols-2">
        <Half name="Systems" weight="60 %" score={health.systemsScore}>
          {health.systems.map(({ id, name, score, reason }) => (
            <Member key={id} name={name} score={score} reason={reason} />
          ))}
        </Half>
        <Half name="Modules" weight="40 %" score={health.modulesScore}>
          {counted.slice(0, maxModules).map(({ id, name, healthScore }) => (
            <Member key={id} name={name} score={healthScore} reason={reasons.get(id)} href={`/modules/${id}`} />
          ))}
          {more > 0 ? <li className="text-faint-foreground text-xs">and {plural(more, 'more module')}</li> : null}
        </Half>
      </div>
    </Card>
  )
})

interface HalfProps {
  name: string
  weight: string
  score: number | null
  children: ReactNode
}

function Half({ name, weight, score, children }: HalfProps) {
  return (
    <section className="min-w-0">
      <h3 className="num mb-2 flex items-baseline gap-2 border-b pb-1.5 text-xs">
        <span className="font-semibold">{name}</span>
        <span className="text-faint-foreground">{weight} of the score</span>
        <span className="ml-auto font-semibold">{formatScore(score === null ? null : Math.round(score))}</span>
      </h3>
      <ul className="grid gap-2">{children}</ul>
    </section>
  )
}

interface MemberProps {
  name: string
  score: number | null
  reason: string | undefined
  href?: string
}

function Member({ name, score, reason, href }: MemberProps) {
  const band = score === null ? null : statusLook('band', bandOfScore(score))
  return (
    <li className="num grid grid-cols-[minmax(0,1fr)_4rem_2rem] items-center gap-2 text-xs" title={reason}>
      <span className="min-w-0">
        {href ? (
          <Link href={href} prefetch={false} className="-my-1 block truncate py-1 hover:underline">
            {name}
          </Link>
        ) : (
          <span className="block truncate">{name}</span>
        )}
        {reason && score !== null && score < 90 ? (
          <span className="block truncate text-2xs text-muted-foreground">{reason}</span>
        ) : null}
      </span>
      <Meter
        label={`Score of ${name}`}
        value={score ?? 0}
        max={100}
        valueText={band?.label ?? 'not known'}
        tone={band?.tone}
      />
      <span className="text-right font-medium">{formatScore(score === null ? null : Math.round(score))}</span>
    </li>
  )
}
