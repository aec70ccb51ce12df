import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { variables } from '../config/variables.ts'
import { errorCodes } from '../contracts/errors.ts'
import { listProcedures } from './api-reference.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const folders = 'app,bench,components,docs,e2e,fleet,prisma,server'
const sources = globSync(`{${folders}}/**/*.{ts,tsx,mjs,sql,prisma,md,json}`, {
  cwd: root,
  exclude: ['**/generated/**', '**/node_modules/**'],
})
const documents = [...globSync('*.md', { cwd: root }), ...sources.filter(file => file.endsWith('.md'))].map(file => ({
  file,
  folder: path.dirname(file),
  text: read(file),
}))

/** What documents set in code, outside of whole blocks of it. */
const named = documents.flatMap(({ file, folder, text }) =>
  [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => ({ file, folder, name })),
)
const told = (lost: typeof named) => lost.map(({ file, name }) => `${file}: ${name}`)

function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('every link within the documents leads to a file and a heading that are there', () => {
  const lost = documents.flatMap(({ file, folder, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
      .filter(([, target = '', heading]) => {
        const to = target === '' ? file : path.join(folder, target)
        return !existsSync(path.join(root, to)) || (heading !== undefined && !anchorsOf(to).includes(heading))
      })
      .map(([link]) => `${file}: ${link}`),
  )
  expect(documents.length).toBeGreaterThan(30)
  expect(lost).toEqual([])
})

test('every file of ours that the documents name is there', () => {
  const paths = named.filter(({ name }) => /^[\w.-]+(\/[\w.-]+)*\.(ts|tsx|mjs|sql|prisma)$/.test(name))
  const lost = paths.filter(({ folder, name }) =>
    name.includes('/')
      ? ['', folder, 'server', 'server/core'].every(base => !existsSync(path.join(root, base, name)))
      : !existsSync(path.join(root, name)) && sources.every(source => path.basename(source) !== name),
  )
  expect(paths.length).toBeGreaterThan(100)
  expect(told(lost)).toEqual([])
})

test('every procedure and every variable that the documents name exists', () => {
  const procedures = new Set(listProcedures().map(procedure => procedure.path))
  const areas = new Set([...procedures].map(procedure => procedure.split('.')[0]))
  const calls = named.filter(({ name }) => {
    const [, area, rest = ''] = /^([a-zA-Z]+)\.([a-zA-Z]+)(?= ?\{|$)/.exec(name) ?? []
    return area !== undefined && areas.has(area) && !['ts', 'md', 'sql', 'prisma'].includes(rest)
  })
  expect(calls.length).toBeGreaterThan(100)
  expect(told(calls.filter(({ name }) => !procedures.has(name.split(/[ {]/)[0] ?? '')))).toEqual([])
  const ofTheFleet = ['QUARTERDECK_URL']
  const set = named.filter(({ name }) => /^QUARTERDECK_[A-Z_]*[A-Z]$/.test(name))
  expect(told(set.filter(({ name }) => !(name in variables) && !ofTheFleet.includes(name)))).toEqual([])
})

test('every error code that callers are promised is answered somewhere', () => {
  const code = sources
    .filter(file => /^server\/.*(?<!\.test)\.ts$/.test(file) && !file.endsWith('contracts/errors.ts'))
    .map(read)
    .join('\n')
  expect(Object.keys(errorCodes).filter(name => !code.includes(`'${name}'`))).toEqual([])
})
