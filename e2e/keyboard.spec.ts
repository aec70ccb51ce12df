import { product } from './support/product.ts'
import { expect, signedOut, test } from './support/test.ts'

test.use({ storageState: signedOut })

test('an operator who never touches the mouse signs in, finds the tasks and opens one', async ({ page }) => {
  const { email, password } = product()
  const { keyboard } = page
  await page.goto('/tasks?status=succeeded')
  await expect(page.getByLabel('Email')).toBeFocused()
  await keyboard.type(email)
  await keyboard.press('Tab')
  await keyboard.type(password)
  await keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Tasks', level: 1 })).toBeVisible()
  // Keys are heard as soon as the page is at work, not when its first words are there.
  await expect(page.getByRole('table').getByRole('row').nth(2)).toBeVisible()

  await keyboard.press('g')
  await keyboard.press('m')
  await expect(page.getByRole('heading', { name: 'Modules', level: 1 })).toBeVisible()

  await keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Search or jump to' })).toBeFocused()
  await keyboard.type('Tasks')
  await expect(page.getByRole('option', { name: /Find tasks with “Tasks”/ })).toBeVisible()
  await expect(page.getByRole('option', { name: /^Tasks/, selected: true })).toBeVisible()
  await keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Tasks', level: 1 })).toBeVisible()
  const rows = page
    .getByRole('table')
    .getByRole('row')
    .filter({ has: page.getByRole('link') })
  await expect(rows.nth(2)).toBeVisible()

  await keyboard.press('j')
  await keyboard.press('j')
  await keyboard.press('j')
  await keyboard.press('k')
  const chosen = await rows.nth(1).getByRole('link').getAttribute('href')
  await keyboard.press('Enter')
  await expect(page).toHaveURL(chosen ?? 'no link')
  await expect(page.getByRole('heading', { name: 'Attempts' })).toBeVisible()

  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await keyboard.press('g')
  await keyboard.press('b')
  await expect(page.getByRole('heading', { name: 'Breakers', level: 1 })).toBeVisible()
  await keyboard.press('Control+k')
  await keyboard.type(id)
  await expect(page.getByRole('option', { name: /^Open the task/, selected: true })).toBeVisible()
  await keyboard.press('Enter')
  await expect(page).toHaveURL(chosen ?? 'no link')

  await keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(help.getByRole('listitem').filter({ hasText: 'Search or jump to' })).toBeVisible()
  await keyboard.press('Escape')
  await expect(help).toBeHidden()
})
