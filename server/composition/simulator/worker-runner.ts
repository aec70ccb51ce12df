import type { SimulationResult } from '../../contracts/simulations.ts'
import { QuarterdeckError } from '../../core/shared/errors.ts'
import type { SimulationRunner } from '../../core/simulator/simulation-service.ts'
import { runInThread } from '../run-in-thread.ts'
import type { WorkerInput, WorkerMessage } from './simulation-worker.ts'

const mostMemoryMb = 1_024
const mostMs = 600_000

/** Runs each simulation in a thread of its own, which ends with it: after ten minutes or 1 GiB at the latest. */
export function createWorkerRunner(options: { databaseUrl: string; sessionName: string }): SimulationRunner {
  return {
    run(job, { signal, onProgress }) {
      const workerData: WorkerInput = { ...options, job }
      const program = new URL('./simulation-worker.ts', import.meta.url)
      const plan = { program, workerData, mostMemoryMb, mostMs, signal, tooLong, tooLarge }
      return runInThread<WorkerMessage, SimulationResult>(plan, (message, end) => {
        if (message.kind === 'progress') onProgress(message.share)
        else if (message.kind === 'done') end.resolve(message.result)
        else end.reject(new QuarterdeckError(message.code, message))
      })
    },
  }
}

function tooLong(): QuarterdeckError {
  return new QuarterdeckError('SIMULATION_TOO_LARGE', {
    message: `The simulation was ended after ${mostMs / 60_000} minutes.`,
    action: 'Choose a shorter window.',
  })
}

function tooLarge(): QuarterdeckError {
  return new QuarterdeckError('SIMULATION_TOO_LARGE', {
    message: `The simulation needed more than ${mostMemoryMb} MiB of memory.`,
    action: 'Choose a shorter window.',
  })
}
