import { readFirstLoads } from './support/first-loads.ts'
import { expect, test } from './support/test.ts'

const limitKb = 250

test(`what a browser loads before a page works stays under ${limitKb} KB, for every page`, () => {
  const pages = readFirstLoads()
  expect(pages.map(({ route }) => route)).toEqual(expect.arrayContaining(['/', '/tasks', '/tasks/[id]', '/modules']))
  const tooHeavy = pages
    .filter(({ gzipBytes }) => gzipBytes >= limitKb * 1024)
    .map(({ route, gzipBytes, files }) => ({ route, kb: Math.round(gzipBytes / 1024), heaviest: files.slice(0, 12) }))
  expect(tooHeavy).toEqual([])
})
