import { createBreakerBoard } from '../../breakers/create-breaker-board.ts'
import { silentLogger } from '../../core/shared/logger.ts'
import { type Replayed, type ReplayInput, type ReplayPorts, replay } from '../../core/simulator/replay.ts'
import { VirtualClock } from '../../core/simulator/virtual-clock.ts'
import { pumpSteps } from './pump-steps.ts'
import { useVirtualTimers } from './virtual-timers.ts'

const warmUpMs = 60_000

/** Replays on the breakers of production. The timers of this thread are virtual until it resolves, so nothing else may run. */
export async function runReplay(
  input: ReplayInput,
  options: Pick<ReplayPorts, 'signal' | 'onProgress'> = {},
): Promise<Replayed> {
  const { from, tasks } = input.history
  // Hours before the first task would only be passed in idle seconds.
  const clock = new VirtualClock(Math.max(from, (tasks[0]?.acceptedAt ?? from) - warmUpMs))
  const restoreTimers = useVirtualTimers(clock)
  try {
    const breakers = createBreakerBoard({ clock, logger: silentLogger })
    return await replay(input, { clock, breakers, pump: pumpSteps, ...options })
  } finally {
    restoreTimers()
  }
}
