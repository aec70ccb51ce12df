import { product } from './product.ts'
import { expect } from './test.ts'

/** Makes a module of the example fleet misbehave, or behave again. */
export async function setFault(moduleId: string, mode: 'none' | 'garbage' | 'failing'): Promise<void> {
  const answer = await fetch(`${product().fleetUrl}/fleet/${moduleId}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  })
  expect(answer.ok, await answer.text()).toBe(true)
}
