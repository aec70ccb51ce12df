import type { ReplicaView } from '#server/contracts/replicas.ts'

/** From here on a clock is off by more than the way to the database explains. */
const clockOffMs = 2_000

const duties: Record<string, { label: string; meaning: string }> = {
  alerts: { label: 'Alerts', meaning: 'Evaluates the alert rules every two seconds.' },
  deployments: { label: 'Deployments', meaning: 'Moves new versions from step to step, and stops those that fail.' },
  deadlines: { label: 'Deadlines', meaning: 'Ends queued tasks whose deadline has passed.' },
  dependencies: { label: 'Dependencies', meaning: 'Finds blocked tasks whose parents have all ended.' },
  'event-totals': { label: 'Event totals', meaning: 'Saves how many events of each type there were.' },
  'health-history': {
    label: 'Health history',
    meaning: 'Writes the score of the fleet down and tells of its changes.',
  },
  invariants: { label: 'Invariants', meaning: 'Checks every five minutes that what must be true is so.' },
  suggestions: { label: 'Suggestions', meaning: 'Analyzes what was recorded, and judges what was applied.' },
  retention: { label: 'Retention', meaning: 'Makes daily partitions and drops history that is old enough.' },
}

/** A duty as people read it; one that a newer version has stands under its own name. */
export function dutyWords(name: string): { label: string; meaning: string } {
  return duties[name] ?? { label: name, meaning: 'Done by one replica for all.' }
}

/** How far the clock of its machine is off; null when it goes right. */
export function clockWords({ clockOffsetMs, state }: ReplicaView): string | null {
  if (state === 'stopped' || Math.abs(clockOffsetMs) < clockOffMs) return null
  return `clock ${Math.round(Math.abs(clockOffsetMs) / 1_000)} s ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`
}
