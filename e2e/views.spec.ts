import type { SavedView } from '#server/contracts/views.ts'
import { expect, test } from './support/test.ts'

test('what a list shows is kept under a name, found again from anywhere, removed, and brought back', async ({
  page,
}) => {
  await page.goto('/tasks?range=1h')
  await page.getByRole('button', { name: 'Succeeded' }).click()
  await page.getByRole('button', { name: 'Views' }).click()
  const panel = page.getByRole('dialog', { name: 'Views' })
  await expect(panel).toContainText('No view of this page yet')
  await panel.getByRole('button', { name: 'Save' }).hover()
  await expect(page.getByRole('tooltip')).toHaveText('Give it a name first.')
  await panel.getByLabel('Keep what is shown as').fill('Done this hour')
  await panel.getByRole('checkbox', { name: 'Share with everybody' }).click()
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('button', { name: 'Views: Done this hour' })).toBeVisible()

  await page.goto('/breakers')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Search or jump to' })).toBeFocused()
  await page.keyboard.type('done this')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/tasks\?range=1h&status=succeeded$/)
  await page.getByRole('button', { name: 'Views: Done this hour' }).click()
  const row = panel.getByRole('listitem').filter({ hasText: 'Done this hour' })
  await expect(row).toContainText('shared by')
  await row.getByRole('button', { name: 'Remove the view Done this hour' }).click()
  await expect(panel).toContainText('No view of this page yet')
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Views: Done this hour' }).click()
  await expect(row).toBeVisible()

  const { result } = await (await page.request.get('/api/trpc/views.list')).json()
  const [view] = (result.data as { items: SavedView[] }).items
  expect(view).toMatchObject({ page: 'tasks', query: 'range=1h&status=succeeded', shared: true })
  await row.getByRole('button', { name: 'Remove the view Done this hour' }).click()
  await expect(row).toHaveCount(0)
})
