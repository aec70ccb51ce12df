import { expect, it } from 'vitest'
import { readFilterText } from './read-filter-text.ts'

it('takes the id of a task in full for a filter by task, and anything else for text', () => {
  const id = '019A9F3C-7C1E-7D7A-B7B1-5B2F1C9E8A40'
  expect(readFilterText(` ${id} `)).toEqual({ task: id.toLowerCase(), q: null })
  expect(readFilterText(id.slice(0, -1))).toEqual({ q: id.slice(0, -1) })
  expect(readFilterText('time out ')).toEqual({ q: 'time out ' })
})
