import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { ProposeChange, SuggestionSubject } from '../../contracts/suggestions.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { describeChange } from '../changes/describe-change.ts'
import { moduleIn } from '../changes/find-subject.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import type { SuggestionPorts } from './suggestion-ports.ts'
import { nameOf, type SuggestionRecord } from './suggestion-record.ts'
import { obstacleOf } from './views.ts'

/**
 * A change that a person or a program proposes, for others to approve. Throws SUGGESTION_EXISTS, CHANGE_NOT_APPLICABLE,
 * SIMULATION_NOT_FOUND, INVALID_INPUT (a simulation of something else), and what the change throws of what is not there.
 */
export async function openProposal(
  by: Principal,
  { change, reason, simulationId }: ProposeChange,
  ports: Pick<SuggestionPorts, 'store' | 'desk' | 'simulations' | 'clock' | 'ids' | 'digest'>,
): Promise<SuggestionRecord> {
  const { store, desk, clock, ids, digest } = ports
  const { tenantId } = by
  const snapshot = await desk.snapshot(tenantId)
  const { subject, from, to } = describeChange(snapshot, change)
  const obstacle = obstacleOf(snapshot, change)
  if (obstacle !== null) throw obstacle
  if (simulationId !== undefined) await requireSimulationOf(change, simulationId, tenantId, ports)
  const at = new Date(clock.now()).toISOString()
  const record: SuggestionRecord = {
    tenantId,
    id: ids.next(),
    revision: 1,
    key: `proposal:${digest(canonicalJson(change))}`,
    origin: { kind: 'proposal', by: nameOf(by), reason },
    state: { status: 'open' },
    title: `${subject}: ${from} → ${to}`.slice(0, 300),
    priority: 'medium',
    subject: subjectOf(snapshot, change),
    act: { kind: 'change', change },
    evidence: [],
    series: [],
    expected: [],
    confidence: null,
    window: null,
    simulationId: simulationId ?? null,
    history: [{ at, by: nameOf(by), act: 'proposed', note: reason }],
    createdAt: at,
    seenAt: at,
    updatedAt: at,
    dueAt: null,
  }
  const details = { title: record.title, change }
  if (await store.create(record, { by, action: 'suggestion.proposed', reason, details })) return record
  const present = await store.newestOf(tenantId, record.key)
  throw new QuarterdeckError('SUGGESTION_EXISTS', {
    message: 'The same change is proposed already.',
    action: 'Look at that suggestion instead.',
    details: { id: present?.id ?? null },
  })
}

async function requireSimulationOf(
  change: ConfigurationChange,
  simulationId: string,
  tenantId: string,
  { simulations }: Pick<SuggestionPorts, 'simulations'>,
): Promise<void> {
  const { request } = await simulations.get(tenantId, simulationId)
  if (request.load === undefined && canonicalJson(request.changes) === canonicalJson([change])) return
  throw new QuarterdeckError('INVALID_INPUT', {
    message: 'That simulation tried something else than the proposed change.',
    action: 'Name a simulation of this change alone, under the recorded load.',
  })
}

function subjectOf(snapshot: ConfigurationSnapshot, change: ConfigurationChange): SuggestionSubject {
  if ('taskType' in change) return { kind: 'type', id: change.taskType, name: change.taskType }
  if (!('moduleId' in change)) return { kind: 'fleet', id: 'fleet', name: 'Everything' }
  const { id, name } = moduleIn(snapshot, change.moduleId)
  if (!('instanceId' in change)) return { kind: 'module', id, name }
  return { kind: 'instance', id: `${id}/${change.instanceId}`, name: `${change.instanceId} of ${name}` }
}
