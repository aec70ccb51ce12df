import type { Clock } from '../../core/shared/clock.ts'

/**
 * Puts the global timers of this thread on a clock until the returned function is called. opossum times its calls out by the
 * global timers, so a thread that simulates runs the same breakers as production. `setImmediate` stays as it is.
 */
export function useVirtualTimers(clock: Clock): () => void {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }
  const setVirtual = (callback: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) =>
    new VirtualTimeout(clock.setTimer(delayMs, () => callback(...args)))
  const clearVirtual = (handle: unknown) => {
    if (handle instanceof VirtualTimeout) handle.cancel()
  }
  Object.assign(globalThis, { setTimeout: setVirtual, clearTimeout: clearVirtual })
  return () => void Object.assign(globalThis, real)
}

/** What `setTimeout` gives while timers are virtual. */
class VirtualTimeout {
  readonly cancel: () => void

  constructor(cancel: () => void) {
    this.cancel = cancel
  }
}
