import { lookAt } from '../support/look-at-pages.ts'
import { expect } from '../support/test.ts'

lookAt([
  {
    name: 'a new webhook',
    path: '/settings?tab=webhooks',
    async show(page) {
      await page.getByRole('button', { name: 'Add a webhook' }).click()
      await expect(page.getByRole('dialog').getByLabel('Address')).toBeVisible()
    },
  },
  {
    name: 'who did what',
    path: '/audit',
    async show(page) {
      await page.getByRole('table', { name: 'Acts' }).getByRole('button').first().click()
      await expect(page.getByRole('dialog').getByLabel('Details of the act', { exact: true })).toBeVisible()
    },
  },
  {
    name: 'the people',
    path: '/settings',
    show: page => expect(page.getByRole('row', { name: /operator@example\.org/ })).toBeVisible(),
  },
  {
    name: 'the keys',
    path: '/settings?tab=keys',
    show: page => expect(page.getByRole('table', { name: 'Keys' })).toBeVisible(),
  },
  {
    name: "the queue's policy",
    path: '/settings?tab=queue',
    show: page => expect(page.getByText('A task that names no priority')).toBeVisible(),
  },
  {
    name: 'a limit that is made narrower',
    path: '/settings?tab=queue',
    async show(page) {
      await page.getByLabel('Calls at once, all together').fill('1')
      await expect(page.getByRole('region', { name: 'What it touches' })).toContainText('queued')
    },
  },
  {
    name: 'the form of a new key',
    path: '/settings?tab=keys',
    async show(page) {
      await page.getByRole('button', { name: 'Create a key' }).click()
      await page.getByRole('dialog').getByRole('radio', { name: 'A module' }).click()
      await expect(page.getByRole('dialog').getByLabel('Module', { exact: true })).toBeVisible()
    },
  },
  {
    name: 'the replicas',
    path: '/settings?tab=replicas',
    show: page => expect(page.getByRole('table', { name: 'Replicas' }).getByText('this one')).toBeVisible(),
  },
  {
    name: 'what runs here',
    path: '/settings?tab=about',
    show: page => expect(page.getByText('Running for')).toBeVisible(),
  },
])
