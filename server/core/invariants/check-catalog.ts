import type { InvariantName, InvariantView } from '../../contracts/invariants.ts'

type Check = Pick<InvariantView, 'title' | 'claim' | 'repair'>

const repairByUpkeep =
  'The upkeep repairs it within a minute by itself; if it comes back, keep the sample and report it.'

/** Every check in words. How they look: `server/persistence/sql/invariants`, and `memory-checks.ts` for those of a process. */
export const checkCatalog: Readonly<Record<InvariantName, Check>> = {
  'one-place-per-task': {
    title: 'Every task is in one place',
    claim:
      'Each accepted task of the last 24 hours is ready, waits, is leased or has ended: one of them, never none or two.',
    repair:
      'A task in no place never runs: submit it again (tasks.retry). One in two places: delete the row of the place that is older, then report it.',
  },
  'outcome-without-task': {
    title: 'Every outcome has its task',
    claim: 'No task of the last 24 hours has ended that was never accepted.',
    repair: 'Delete the outcome; nobody can ask for it. Look for a restore of single tables from a backup.',
  },
  'orphaned-leases': {
    title: 'Every lease has a living holder',
    claim: 'No task is leased to a replica that is unknown, has stopped, or was silent for a minute.',
    repair:
      'Another replica takes such leases back within seconds: look at its log for why not. Deleting the row of the replica does it at once.',
  },
  'running-without-execution': {
    title: 'Every leased task is at work',
    claim: 'The replica that looks works on every task that is leased to it.',
    repair:
      'Restart the replica that is named: it takes its own leases back, and the tasks run again without losing an attempt to it.',
  },
  'attempts-missing': {
    title: 'Every attempt is on record',
    claim: 'Each task that ended in the last 24 hours has as many attempts on record as it says.',
    repair: 'Nothing has to be repaired for the work itself; its history has a gap. Report it with the ids.',
  },
  'blocked-without-parents': {
    title: 'Blocked tasks wait for somebody',
    claim: 'Each blocked task waits for as many tasks as have not ended, and none of those it names has failed.',
    repair: repairByUpkeep,
  },
  'awaited-but-ended': {
    title: 'No ended task is awaited',
    claim: 'No task that has ended is still marked as awaited by others.',
    repair: repairByUpkeep,
  },
  'events-in-sequence': {
    title: 'Events are numbered without a gap',
    claim:
      'The numbers of the events of the last 24 hours follow on each other, and none waits for its number for more than a minute.',
    repair:
      'A gap is shown to followers as missing events; they may replay around it. Events without numbers: restart the replica that holds the connection to event_sequence.',
  },
  'event-totals': {
    title: 'Totals of events agree',
    claim: 'The totals by type add up to the number of the last event that was counted.',
    repair: 'The totals are for people only. Set event_total anew from the log, or leave it.',
  },
  'live-totals': {
    title: 'Totals of tasks agree',
    claim: 'Accepted less ended tasks are as many as the tables hold, and so are their bytes.',
    repair:
      'Admission goes by the tables after its next count. To put the totals right, add the difference to one row of task_total.',
  },
  'dead-letters-of-failures': {
    title: 'Every failure is a dead letter',
    claim: 'Each task that failed in the last 24 hours has a dead letter, and each dead letter a failed task.',
    repair: 'Run a task without letter again by tasks.retry; delete a letter without task.',
  },
  'leaked-slots': {
    title: 'No slot is leaked',
    claim: 'The replica that looks holds no more slots than it makes calls; routes of callers have their own.',
    repair: 'Restart the replica that is named. Slots are in memory only.',
  },
  'breakers-without-probe': {
    title: 'No breaker is stuck',
    claim: 'Each breaker that is open has a probe ahead, and none that was let through is overdue.',
    repair: 'Reset the breaker. If it comes back, restart the replica that is named in its states and report it.',
  },
}
