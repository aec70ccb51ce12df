import { breakerStates } from '#server/contracts/breakers.ts'
import { healthBands } from '#server/contracts/health.ts'
import { healthStates } from '#server/contracts/modules.ts'
import { attemptOutcomes, taskStatuses } from '#server/contracts/tasks.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { type StatusRef, statusLook, type Tone, toneClasses } from '../ui/status.ts'
import { StatusBadge, StatusDot, StatusText } from '../ui/status-badge.tsx'

const surfaces = ['background', 'sidebar', 'card', 'popover', 'muted', 'accent', 'border', 'border-strong', 'primary']
const tones = ['ok', 'warn', 'serious', 'bad', 'busy', 'wait', 'idle'] as const satisfies readonly Tone[]

const vocabularies: { name: string; refs: StatusRef[] }[] = [
  { name: 'Task', refs: taskStatuses.map(status => ({ of: 'task', status })) },
  { name: 'Attempt', refs: attemptOutcomes.map(status => ({ of: 'attempt', status })) },
  { name: 'Breaker', refs: breakerStates.map(status => ({ of: 'breaker', status })) },
  { name: 'Health', refs: healthStates.map(status => ({ of: 'health', status })) },
  { name: 'Band', refs: healthBands.map(status => ({ of: 'band', status })) },
]

/** Colours, type and the vocabulary of status. */
export function FoundationSpecimens() {
  return (
    <>
      <Card>
        <CardHeader title="Colour" note="surfaces, then tones: solid, text on soft with its line" />
        <CardContent className="grid gap-4">
          <div className="grid grid-cols-3 gap-2 sm:grid-cols-9">
            {surfaces.map(surface => (
              <div key={surface}>
                <div className="h-10 rounded-md border" style={{ background: `var(--${surface})` }} />
                <div className="mt-1 truncate text-muted-foreground text-xs">{surface}</div>
              </div>
            ))}
          </div>
          <div className="grid grid-cols-2 gap-2 sm:grid-cols-7">
            {tones.map(tone => (
              <div key={tone} className={`overflow-hidden rounded-md border ${toneClasses[tone].line}`}>
                <div className={`h-2 ${toneClasses[tone].solid}`} />
                <div className={`px-2 py-1.5 font-medium text-xs ${toneClasses[tone].soft} ${toneClasses[tone].text}`}>
                  {tone}
                </div>
              </div>
            ))}
          </div>
        </CardContent>
      </Card>
      <Card>
        <CardHeader title="Type" note="Inter for words, JetBrains Mono for ids and code" />
        <CardContent className="grid gap-1.5">
          <p className="font-semibold text-3xl tracking-tight">97.4 and what it means</p>
          <p className="font-semibold text-xl tracking-tight">Page title, 19 px semibold</p>
          <p className="font-semibold text-base">Dialog title, 14 px semibold</p>
          <p>Body, 13 px: every figure has its unit, every time its zone.</p>
          <p className="text-muted-foreground">Muted for what supports; never for what is needed.</p>
          <p className="text-faint-foreground text-xs">Faint, 12 px, for headings of columns and notes.</p>
          <p className="font-mono text-xs">019a9f3c-7c1e-7d7a-b7b1-5b2f1c9e8a40 · license.detect</p>
        </CardContent>
      </Card>
      <Card>
        <CardHeader title="Status" note="badge, text and mark from one vocabulary" />
        <CardContent className="grid gap-3">
          {vocabularies.map(({ name, refs }) => (
            <div key={name} className="grid gap-x-4 gap-y-2 sm:grid-cols-[5rem_1fr]">
              <div className="text-muted-foreground">{name}</div>
              <div className="flex flex-wrap gap-x-3 gap-y-2">
                {refs.map(ref => (
                  <StatusBadge key={ref.status} {...ref} />
                ))}
              </div>
              <div className="max-sm:hidden" />
              <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
                {refs.map(ref => (
                  <StatusText key={ref.status} {...ref} />
                ))}
                {refs.map(ref => (
                  <StatusDot key={statusLook(ref.of, ref.status).label} {...ref} />
                ))}
              </div>
            </div>
          ))}
        </CardContent>
      </Card>
    </>
  )
}
