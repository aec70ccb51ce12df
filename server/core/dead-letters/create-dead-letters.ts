import type { TaskStore } from '../queue/task-store.ts'
import type { DeadLetterJobStore } from './dead-letter-job-store.ts'
import { DeadLetterService, type DeadLetterServiceOptions } from './dead-letter-service.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import { JobRunner, type JobRunnerOptions } from './job-runner.ts'

interface Ports extends Pick<DeadLetterServiceOptions, 'ids' | 'digest'>, Pick<JobRunnerOptions, 'clock' | 'logger'> {
  stores: { tasks: TaskStore; deadLetters: DeadLetterStore; deadLetterJobs: DeadLetterJobStore }
}
type Parts = Pick<DeadLetterServiceOptions, 'tasks' | 'submission'> & Pick<JobRunnerOptions, 'replicaId'>

/** Dead letters with what does their jobs in the background; starts nothing. */
export function createDeadLetters(ports: Ports, parts: Parts): DeadLetterService {
  const { ids, digest, clock, logger, stores } = ports
  const { tasks, submission, replicaId } = parts
  const letters = stores.deadLetters
  const jobs = stores.deadLetterJobs
  const runner = new JobRunner({ jobs, letters, tasks: stores.tasks, submission, clock, logger, replicaId })
  return new DeadLetterService({ letters, jobs, tasks, store: stores.tasks, submission, runner, ids, digest })
}
