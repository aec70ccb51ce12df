import { Worker } from 'node:worker_threads'

/** A program that is to run in a thread of its own, and what it may use. */
export interface ThreadPlan {
  program: URL
  workerData: unknown
  mostMemoryMb: number
  mostMs: number
  signal: AbortSignal
  /** What it is refused with when it took longer, or needed more. */
  tooLong: () => Error
  tooLarge: () => Error
}

/** How what is waited for ends. */
export interface ThreadEnd<Result> {
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Runs a program in a thread until one of its messages ends it; the thread ends with it. Rejects with the signal's reason when it is
 * aborted, and as planned when it takes too long or too much memory.
 */
export function runInThread<Message, Result>(
  { program, workerData, mostMemoryMb, mostMs, signal, tooLong, tooLarge }: ThreadPlan,
  onMessage: (message: Message, end: ThreadEnd<Result>) => void,
): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const worker = new Worker(program, { workerData, resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb } })
    const end = (settle: () => void) => {
      clearTimeout(limit)
      signal.removeEventListener('abort', onAbort)
      void worker.terminate()
      settle()
    }
    const ending: ThreadEnd<Result> = {
      resolve: result => end(() => resolve(result)),
      reject: error => end(() => reject(error)),
    }
    const onAbort = () => ending.reject(signal.reason)
    const limit = setTimeout(() => ending.reject(tooLong()), mostMs)
    signal.addEventListener('abort', onAbort, { once: true })
    worker.on('message', (message: Message) => onMessage(message, ending))
    worker.on('error', error => ending.reject(isOutOfMemory(error) ? tooLarge() : error))
    worker.on('exit', code => ending.reject(new Error(`the thread of ${program.pathname} ended with code ${code}`)))
    if (signal.aborted) onAbort()
  })
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}
