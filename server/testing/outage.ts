/** A port that a test can make unreachable: while `isAway`, every call fails before it reaches what is behind. */
export interface InterruptiblePort<Port extends object> {
  port: Port
  isAway: boolean
  /** Calls that were refused. */
  refused: number
}

/** Puts an outage switch before a port whose methods all answer promises. */
export function interruptible<Port extends object>(target: Port): InterruptiblePort<Port> {
  const line: InterruptiblePort<Port> = {
    isAway: false,
    refused: 0,
    port: new Proxy(target, {
      get(behind, name) {
        const member: unknown = Reflect.get(behind, name, behind)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]) => {
          if (line.isAway) {
            line.refused++
            throw new Error('the database does not answer')
          }
          return member.apply(behind, args) as unknown
        }
      },
    }),
  }
  return line
}
