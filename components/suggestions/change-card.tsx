import { ArrowRight } from 'lucide-react'
import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import type { PreviewImpact } from '#server/contracts/impact.ts'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { onDemand } from '../ui/on-demand.tsx'

const ImpactPanel = onDemand(() => import('../impact/impact-panel.tsx').then(module => module.ImpactPanel))

/** Exactly what would be applied, or was, and what that touches. */
export function ChangeCard({ suggestion }: { suggestion: SuggestionView }) {
  const { act, difference, obstacle, state } = suggestion
  const application =
    state.status === 'applied' || state.status === 'judged' || state.status === 'reverted' ? state.application : null
  const isDone = application !== null
  const shown = application?.difference ?? difference
  const impact = act.change === null || isDone ? null : impactOf(act.change)
  return (
    <Card aria-labelledby="change">
      <CardHeader
        id="change"
        title={act.kind === 'advice' ? 'What to do' : isDone ? 'What was changed' : 'What would be changed'}
        note={act.kind === 'advice' ? 'For people; Quarterdeck cannot do it.' : null}
      />
      <CardContent className="grid gap-3">
        {act.kind === 'advice' ? <p>{act.todo}</p> : null}
        {shown ? (
          <div className="grid gap-1">
            <p className="font-medium">{shown.subject}</p>
            <p className="num flex flex-wrap items-center gap-2 wrap-anywhere">
              <span className="rounded-sm bg-muted px-1.5 py-0.5">{shown.from}</span>
              <ArrowRight aria-label="becomes" className="size-4 shrink-0 text-faint-foreground" />
              <span className="rounded-sm bg-primary-soft px-1.5 py-0.5 font-medium text-primary-text">{shown.to}</span>
            </p>
          </div>
        ) : null}
        {state.status === 'reverted' ? <p>It was taken back: the setting is as it was before.</p> : null}
        {obstacle !== null && act.kind === 'change' && state.status !== 'reverted' ? (
          <p className="text-sm text-warn-text">
            {isDone ? 'One click could not take it back now' : 'It could not be applied now'}: {obstacle}
          </p>
        ) : null}
        {impact ? <ImpactPanel input={impact} /> : <Scope suggestion={suggestion} />}
      </CardContent>
    </Card>
  )
}

/** For changes that take no room away, whom they concern. */
function Scope({ suggestion: { subject, act } }: { suggestion: SuggestionView }) {
  if (act.kind === 'advice' && act.change === null) return null
  return <p className="text-muted-foreground text-sm">{scopeWords(subject, act.change)}</p>
}

function scopeWords(subject: SuggestionView['subject'], change: ConfigurationChange | null): string {
  if (change?.kind === 'flag') return ofFlag
  if (change?.kind === 'module_dependencies') {
    return `Decides which modules can be enabled and disabled beside ${subject.name}; no work moves because of it.`
  }
  return wordsOf(subject)
}

/** Whatever made somebody propose it, a flag holds for everything. */
const ofFlag = 'Concerns every task of the whole installation, of all tenants and types; nothing that runs is stopped.'

function wordsOf({ kind, name }: SuggestionView['subject']): string {
  return {
    module: `Concerns calls to ${name} and what goes there instead of elsewhere; nothing that runs is stopped.`,
    instance: `Concerns how calls are divided among the instances beside ${name}; nothing that runs is stopped.`,
    type: `Concerns tasks of the type ${name}, and those that compete with them for the same services.`,
    fleet: 'Concerns every task of this tenant.',
  }[kind]
}

/** The preview of what takes room away; null for what does not. */
function impactOf(change: ConfigurationChange): PreviewImpact | null {
  switch (change.kind) {
    case 'module_enabled':
      return change.enabled ? null : { act: 'disable_module', moduleId: change.moduleId }
    case 'module_limit':
      return { act: 'limit_module', moduleId: change.moduleId, limit: change.limit }
    case 'type_limit':
      return { act: 'limit_type', type: change.taskType, limit: change.limit }
    case 'tenant_limit':
      return { act: 'limit_tenant', limit: change.limit }
    default:
      return null
  }
}
