'use client'

import { CircleCheck, Gauge, Hourglass, OctagonAlert, Pause, Route, Waypoints } from 'lucide-react'
import type { ImpactPreview, PreviewImpact, TypeImpact } from '#server/contracts/impact.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatCount, formatRate, plural } from '../ui/format.ts'
import { Finding, ImpactSkeleton, ModuleNames, TypeNames } from './findings.tsx'
import { useImpactPreview } from './use-impact-preview.ts'

/** What an act would touch, asked anew while it is shown; what cannot be asked is said, and does not forbid the act. */
export function ImpactPanel({ input }: { input: PreviewImpact }) {
  const { data, error } = useImpactPreview(input)
  if (data) return <ImpactFindings impact={data} act={input.act} />
  return error ? <ErrorLine error={error} /> : <ImpactSkeleton />
}

/** What an act would touch, the worst first. */
export function ImpactFindings({ impact, act }: { impact: ImpactPreview; act: PreviewImpact['act'] }) {
  const { dependants, types, moreTypes, modules } = impact
  const of = (outcome: TypeImpact['outcome']) => types.filter(type => type.outcome === outcome)
  const [waiting, held, fitting] = [of('waits'), of('held'), of('fits')]
  return (
    <section aria-label="What it touches" className="grid gap-2">
      <ul className="grid max-h-72 gap-2 overflow-y-auto">
        <Dependants {...dependants} isRefused={act === 'disable_module'} />
        {waiting.length > 0 ? (
          <Finding icon={Hourglass} tone="warn">
            {act.startsWith('limit_') ? 'With a limit of 0 nobody runs ' : 'Nobody else can run '}
            <TypeNames types={waiting.map(({ type }) => type)} />: such tasks wait until {untilWords(act)}, or until
            their deadline.
          </Finding>
        ) : null}
        {held.length > 0 ? (
          <Finding icon={Pause} tone="wait">
            {held.length > 4 ? (
              `${formatCount(held.length + moreTypes)} types`
            ) : (
              <TypeNames types={held.map(({ type }) => type)} />
            )}{' '}
            {held.length === 1 ? 'is' : 'are'} held back until somebody resumes.
          </Finding>
        ) : null}
        {of('short').map(type => (
          <ShortOfRoom key={type.type} {...type} />
        ))}
        {of('taken_over').map(type => (
          <TakenOver key={type.type} {...type} />
        ))}
        {fitting.length > 0 ? (
          <Finding icon={CircleCheck}>
            {fitting.length > 4 ? (
              `${formatCount(fitting.length)} types`
            ) : (
              <TypeNames types={fitting.map(({ type }) => type)} />
            )}{' '}
            {fitting.length === 1 ? 'keeps' : 'keep'} enough room as things are.
          </Finding>
        ) : null}
        <Tasks impact={impact} />
      </ul>
      <p className="text-2xs text-faint-foreground">
        {modules[0] && modules[0].slotsBefore !== modules[0].slotsAfter
          ? `Usable slots: ${formatCount(modules[0].slotsBefore)} now, ${formatCount(modules[0].slotsAfter)} then. `
          : null}
        {impact.formula}
      </p>
    </section>
  )
}

function Dependants({ direct, indirect, isRefused }: ImpactPreview['dependants'] & { isRefused: boolean }) {
  if (direct.length === 0) return null
  return (
    <Finding icon={OctagonAlert} tone={isRefused ? 'bad' : 'warn'}>
      Required by <ModuleNames ids={direct} />
      {indirect.length > 0 ? (
        <>
          , and through them by <ModuleNames ids={indirect} />
        </>
      ) : null}
      . {isRefused ? `Disable ${direct.length === 1 ? 'it' : 'them'} first.` : null}
    </Finding>
  )
}

function ShortOfRoom({ type, neededSlots, takenBy, callsPerSecond }: TypeImpact) {
  return (
    <Finding icon={Gauge} tone="warn">
      <TypeNames types={[type]} /> needs about <span className="num">{slotsWords(neededSlots)}</span> for{' '}
      <span className="num">{formatRate(callsPerSecond)}</span>
      {takenBy.length > 0 ? (
        <>
          ; <Takers takenBy={takenBy} />. The rest waits longer.
        </>
      ) : (
        ', which is more than it may have then. It waits longer.'
      )}
    </Finding>
  )
}

function TakenOver({ type, takenBy, neededSlots, callsPerSecond, pinned }: TypeImpact) {
  return (
    <Finding icon={Route}>
      <TypeNames types={[type]} /> is taken over by <ModuleNames ids={takenBy.map(({ moduleId }) => moduleId)} />
      {callsPerSecond > 0 ? (
        <span className="num">
          : {formatRate(callsPerSecond)}
          {neededSlots === null ? '' : `, about ${slotsWords(neededSlots)}`}; <Takers takenBy={takenBy} />
        </span>
      ) : null}
      .{pinned > 0 ? ` ${plural(pinned, 'task')} pinned here cannot go there, and wait.` : null}
    </Finding>
  )
}

function Takers({ takenBy }: Pick<TypeImpact, 'takenBy'>) {
  return (
    <span className="num">
      {takenBy.map(({ moduleId, freeSlots }) => `${moduleId} has ${slotsWords(freeSlots)} free`).join(', ')}
    </span>
  )
}

function Tasks({ impact: { totals, modules } }: { impact: ImpactPreview }) {
  const isHalted = totals.held > 0 || modules[0]?.slotsAfter === 0
  return (
    <Finding icon={Waypoints}>
      <span className="num">
        {formatCount(totals.queued)} queued {totals.queued === 1 ? 'task' : 'tasks'} of its types and{' '}
        {plural(totals.running, modules.length > 0 ? 'running call' : 'running task')}
      </span>
      {isHalted && totals.running > 0 ? '; no new one begins.' : '.'}
    </Finding>
  )
}

function slotsWords(slots: number | null): string {
  if (slots === null) return 'an unknown number of slots'
  const rounded = slots >= 10 || Number.isInteger(slots) ? Math.round(slots) : Number(slots.toFixed(1))
  return plural(rounded, 'slot')
}

/** What ends the effect of an act. */
function untilWords(act: PreviewImpact['act']): string {
  return act === 'take_out_instance' ? 'an instance is there again' : 'it is taken back'
}
