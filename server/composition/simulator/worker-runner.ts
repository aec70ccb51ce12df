import { Worker } from 'node:worker_threads'
import type { SimulationResult } from '../../contracts/simulations.ts'
import { QuarterdeckError } from '../../core/shared/errors.ts'
import type { SimulationRunner } from '../../core/simulator/simulation-service.ts'
import type { WorkerInput, WorkerMessage } from './simulation-worker.ts'

const mostMemoryMb = 1_024
const mostMs = 600_000

/** Runs each simulation in a thread of its own, which ends with it: after ten minutes or 1 GiB at the latest. */
export function createWorkerRunner(options: { databaseUrl: string; sessionName: string }): SimulationRunner {
  return {
    run(job, { signal, onProgress }) {
      return new Promise<SimulationResult>((resolve, reject) => {
        const workerData: WorkerInput = { ...options, job }
        const worker = new Worker(new URL('./simulation-worker.ts', import.meta.url), {
          workerData,
          resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
        })
        const end = (settle: () => void) => {
          clearTimeout(limit)
          signal.removeEventListener('abort', onAbort)
          void worker.terminate()
          settle()
        }
        const onAbort = () => end(() => reject(signal.reason))
        const limit = setTimeout(() => end(() => reject(tooLong())), mostMs)
        signal.addEventListener('abort', onAbort, { once: true })
        worker.on('message', (message: WorkerMessage) => {
          if (message.kind === 'progress') onProgress(message.share)
          else if (message.kind === 'done') end(() => resolve(message.result))
          else end(() => reject(new QuarterdeckError(message.code, message)))
        })
        worker.on('error', error => end(() => reject(isOutOfMemory(error) ? tooLarge() : error)))
        worker.on('exit', code => end(() => reject(new Error(`the simulation thread ended with code ${code}`))))
        if (signal.aborted) onAbort()
      })
    },
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
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
