import type { Operations } from '../../core/operations.ts'

type Overrides = { [Area in keyof Operations]?: Partial<Operations[Area]> }

/** The core at its port: what a test names is done as it says, and every other operation answers an empty object. */
export function fakeOperations(overrides: Overrides = {}): Operations {
  return new Proxy({} as Operations, {
    get: (_operations, area: keyof Operations) =>
      new Proxy<Record<string, unknown>>(
        { ...overrides[area] },
        {
          get: (given, name: string) => given[name] ?? emptyAnswer(area, name),
        },
      ),
  })
}

function emptyAnswer(area: string, name: string): unknown {
  if (area === 'events' && name === 'follow') return endlessSilence
  if (area === 'breakers' && name === 'list') return () => []
  return () => Promise.resolve({})
}

/** Events that never come. */
function endlessSilence(...[, , , signal]: Parameters<Operations['events']['follow']>): AsyncIterable<never> {
  const end = new Promise<IteratorReturnResult<undefined>>(resolve => {
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined }))
  })
  return { [Symbol.asyncIterator]: () => ({ next: () => end }) }
}
