import type { Operations } from '../../core/operations.ts'

type Overrides = { [Area in keyof Operations]?: Partial<Operations[Area]> }

/** The core at its port: what a test names is done as it says, and every other operation answers an empty object. */
export function fakeOperations(overrides: Overrides = {}): Operations {
  return new Proxy({} as Operations, {
    get: (_operations, area: keyof Operations) =>
      new Proxy((overrides[area] ?? {}) as Record<string, unknown>, {
        get: (given, name: string) => given[name] ?? emptyAnswer(area, name),
      }),
  })
}

function emptyAnswer(area: string, name: string): unknown {
  if (area === 'events' && name === 'follow') return endlessSilence
  if (area === 'breakers' && name === 'list') return () => []
  return () => Promise.resolve({})
}

// biome-ignore lint/correctness/useYield: nothing ever happens
async function* endlessSilence(...[, , , signal]: Parameters<Operations['events']['follow']>): AsyncGenerator<never> {
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
}
