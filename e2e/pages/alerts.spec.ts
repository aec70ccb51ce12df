import { heading, lookAt } from '../support/look-at-pages.ts'
import { expect } from '../support/test.ts'

lookAt([
  { name: 'the alerts', path: '/alerts?state=resolved', show: heading('Alerts') },
  {
    name: 'the alert rules',
    path: '/alerts?tab=rules',
    show: page => expect(page.getByRole('list', { name: 'Alert rules' })).toBeVisible(),
  },
  {
    name: 'an alert rule',
    path: '/alerts?tab=rules',
    async show(page) {
      await page.getByRole('button', { name: 'Edit Health of the fleet' }).click()
      await expect(page.getByRole('dialog').getByLabel('For (s)').first()).toBeVisible()
    },
  },
  {
    name: 'a new silence',
    path: '/alerts?tab=silences',
    async show(page) {
      await page.getByRole('button', { name: 'New silence' }).click()
      await expect(page.getByRole('dialog').getByLabel('Reason')).toBeVisible()
    },
  },
  {
    name: 'the invariants',
    path: '/alerts?tab=invariants',
    show: page => expect(page.getByRole('list', { name: 'Invariants' })).toBeVisible(),
  },
])
