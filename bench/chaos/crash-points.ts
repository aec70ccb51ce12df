import type { OrchestratorPorts } from '../../server/core/orchestrator-ports.ts'

/**
 * Where a replica can be made to die: before a port is used, while the database works on it, and after it has answered but before
 * the core has heard of it.
 */
export const crashPoints = [
  'insert.before',
  'insert.during',
  'insert.after',
  'claim.during',
  'claim.after',
  'call.before',
  'call.after',
  'finish.before',
  'finish.during',
  'finish.after',
  'saveCheckpoints.during',
  'saveCheckpoints.after',
  'promoteDue.during',
  'promoteDue.after',
] as const
export type CrashPoint = (typeof crashPoints)[number]

/** The time at which it comes, the first being 1; ms after the port was asked, for what dies while the database works. */
export interface Crash {
  point: CrashPoint
  onTime: number
  duringMs: number
}

/** Answers the ports with one of them changed: the process dies at the given point of its life, once it is armed. */
export function crashAt(
  ports: OrchestratorPorts,
  { point, onTime, duringMs }: Crash,
  { isArmed, die }: { isArmed: () => boolean; die: () => void },
): OrchestratorPorts {
  const [method, moment] = point.split('.') as [string, 'before' | 'during' | 'after']
  let times = 0
  const guard =
    <Args extends unknown[], Answer>(run: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      const isTheTime = isArmed() && ++times === onTime
      if (isTheTime && moment === 'before') die()
      if (isTheTime && moment === 'during') setTimeout(die, duringMs)
      const answer = await run(...args)
      if (isTheTime) die()
      return answer
    }
  if (method === 'call') return { ...ports, drivers: withDrivers(ports.drivers, guard) }
  const tasks = guardMethod(ports.stores.tasks, method, guard)
  return { ...ports, stores: { ...ports.stores, tasks } }
}

type Guard = <Args extends unknown[], Answer>(
  run: (...args: Args) => Promise<Answer>,
) => (...args: Args) => Promise<Answer>

function withDrivers(drivers: OrchestratorPorts['drivers'], guard: Guard): OrchestratorPorts['drivers'] {
  return Object.fromEntries(
    Object.entries(drivers).map(([name, driver]) => [name, guardMethod(driver, 'call', guard)] as const),
  )
}

/** Ports are objects with private members: whatever else is asked of them still runs on the port itself. */
function guardMethod<Port extends object>(port: Port, method: string, guard: Guard): Port {
  const original: unknown = Reflect.get(port, method, port)
  if (typeof original !== 'function') throw new Error(`there is no ${method} to die at`)
  const guarded = guard((...args: unknown[]) => original.apply(port, args) as Promise<unknown>)
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = name === method ? guarded : Reflect.get(target, name, target)
      return typeof member === 'function' && name !== method ? member.bind(target) : member
    },
  })
}
