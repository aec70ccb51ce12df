import { heading, lookAt } from '../support/look-at-pages.ts'
import { product } from '../support/product.ts'
import { expect } from '../support/test.ts'

lookAt([
  {
    name: 'what was learned of services',
    path: '/learning',
    show: page =>
      expect(page.getByRole('table', { name: 'What is known of each service' }).getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'what rules cost',
    path: '/learning?tab=rules',
    show: page => expect(page.getByText('A positive difference is what the rule costs')).toBeVisible(),
  },
  {
    name: 'what is remembered',
    path: '/learning?tab=memory',
    show: page => expect(page.getByRole('table', { name: 'Short-term memory' }).getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'how services are chosen',
    path: '/learning?tab=choice',
    show: page => expect(page.getByRole('combobox', { name: 'Pin of text.summarize' })).toBeVisible(),
  },
  {
    name: 'the suggestions',
    path: '/suggestions',
    show: page => expect(page.getByRole('button', { name: 'Analyze now' }).first()).toBeVisible(),
  },
  {
    name: 'a suggestion',
    path: '/suggestions',
    async show(page) {
      const change = { kind: 'flag', name: 'cost_based_scheduling', isOn: true }
      const proposed = await page.request.post('/api/trpc/suggestions.propose', {
        headers: { origin: product().url },
        data: { change, reason: 'to look at the page of one' },
      })
      const { result, error } = (await proposed.json()) as {
        result?: { data: { id: string } }
        error?: { data: { details: { id: string } } }
      }
      await page.goto(`/suggestions/${result?.data.id ?? error?.data.details.id}`)
      await expect(page.getByRole('button', { name: 'Reject' })).toBeVisible()
    },
  },
  {
    name: 'what if',
    path: '/what-if',
    show: heading('What if?'),
  },
])
