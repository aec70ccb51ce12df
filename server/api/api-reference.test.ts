import { expect, test } from 'vitest'
import { renderApiReference } from './api-reference.ts'

test('the reference names every procedure, who may call it, and every error code', async () => {
  await expect(renderApiReference()).toMatchFileSnapshot('../../docs/api-reference.md')
})
