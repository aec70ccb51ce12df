import { heading, lookAt } from '../support/look-at-pages.ts'
import { expect } from '../support/test.ts'

lookAt([
  {
    name: 'the command center',
    path: '/',
    async show(page) {
      await expect(page.getByRole('table', { name: 'Modules' }).getByRole('row')).toHaveCount(10)
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
    },
  },
  {
    name: 'the modules',
    path: '/modules',
    show: page => expect(page.getByRole('link', { name: 'Report writer' })).toBeVisible(),
  },
  {
    name: 'the graph of the modules',
    path: '/modules?view=graph',
    show: page => expect(page.getByText('Report writer').first()).toBeVisible(),
  },
  {
    name: 'the routing of calls',
    path: '/modules?view=routing',
    show: page => expect(page.getByRole('table', { name: 'Routing by task type' })).toBeVisible(),
  },
  {
    name: 'the health of the fleet',
    path: '/health',
    show: page => expect(page.getByRole('table', { name: 'Terms of the score' }).getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'the form of a deployment',
    path: '/modules/report-writer',
    async show(page) {
      await page.getByRole('button', { name: 'Deploy' }).click()
      await expect(page.getByRole('dialog', { name: /^Deploy another version/ })).toBeVisible()
    },
  },
  { name: 'a module', path: '/modules/report-writer', show: heading('Report writer') },
  {
    name: 'the form of a new module',
    path: '/modules',
    async show(page) {
      await page.getByRole('button', { name: 'Register' }).click()
      await expect(page.getByRole('dialog', { name: 'Register a module' })).toBeVisible()
    },
  },
  {
    name: 'the question before a module is disabled',
    path: '/modules/package-reader',
    async show(page) {
      await page.getByRole('button', { name: 'Disable' }).click()
      await expect(page.getByRole('dialog')).toContainText('Required by')
    },
  },
  {
    name: 'the breakers',
    path: '/breakers',
    show: page => expect(page.getByRole('article').first()).toBeVisible(),
  },
  {
    name: 'the grid of breakers',
    path: '/breakers?view=grid',
    show: page => expect(page.getByRole('list', { name: 'Breakers' }).getByRole('button').first()).toBeVisible(),
  },
  {
    name: 'a breaker',
    path: '/breakers',
    async show(page) {
      await page.getByRole('button', { name: 'Report writer' }).first().click()
      await expect(page.getByRole('dialog').getByRole('heading', { name: 'Thresholds' })).toBeVisible()
    },
  },
])
