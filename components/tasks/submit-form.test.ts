import { describe, expect, test } from 'vitest'
import { submitTaskInput } from '#server/contracts/tasks.ts'
import { FieldRefusal } from '../ui/contract-form.ts'
import { emptySubmission, toSubmission } from './submit-form.ts'

describe('the form that submits a task', () => {
  test('fields that are left alone leave the choice to the control center', () => {
    const input = submitTaskInput.parse(toSubmission({ ...emptySubmission, type: ' text.summarize ' }, 'utc'))
    expect(input).toEqual({ type: 'text.summarize', payload: {} })
  })

  test('what is filled in arrives as the server takes it', () => {
    const input = toSubmission(
      {
        type: 'a.b',
        payload: '[1, null]',
        priority: 'high',
        moduleId: 'fast',
        runAt: '2026-11-21T14:03',
        deadline: '2026-11-22T00:00:00',
        timeoutMs: '5000',
        maxAttempts: '2',
        resources: { cpu: '0.5', memoryMb: '' },
        idempotencyKey: ' once ',
      },
      'utc',
    )
    expect(submitTaskInput.parse(input)).toEqual({
      type: 'a.b',
      payload: [1, null],
      priority: 'high',
      moduleId: 'fast',
      runAt: '2026-11-21T14:03:00.000Z',
      deadline: '2026-11-22T00:00:00.000Z',
      timeoutMs: 5_000,
      maxAttempts: 2,
      resources: { cpu: 0.5, memoryMb: 0 },
      idempotencyKey: 'once',
    })
  })

  test('a priority by its number stays a number', () => {
    expect(toSubmission({ ...emptySubmission, type: 'a', priority: '4' }, 'utc').priority).toBe(4)
  })

  test('broken JSON is refused with the line it breaks on', () => {
    const broken = () => toSubmission({ ...emptySubmission, type: 'a', payload: '{\n  "a": 1,\n  oops\n}' }, 'utc')
    expect(broken).toThrow(FieldRefusal)
    expect(broken).toThrow(/line 3/)
  })

  test('no payload at all is refused: null has to be written', () => {
    expect(() => toSubmission({ ...emptySubmission, type: 'a', payload: '  ' }, 'utc')).toThrow(/null/)
    expect(toSubmission({ ...emptySubmission, type: 'a', payload: 'null' }, 'utc').payload).toBeNull()
  })
})
