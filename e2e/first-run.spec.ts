import { runServer } from './support/running-server.ts'
import { expect, signedOut, submitSignIn, test } from './support/test.ts'

test.use({ storageState: signedOut })

test('an empty installation says what to do next, to the letter, on every page', async ({ page }) => {
  await using server = await runServer()
  await page.goto(server.url)
  await submitSignIn(page, server.email, server.password)
  await expect(page.getByRole('heading', { name: 'Bring in the first modules' })).toBeVisible()
  await expect(page.getByText('npm run demo', { exact: true })).toBeVisible()
  await expect(page.getByText(`curl -X POST ${server.url}/api/trpc/modules.register`)).toBeVisible()

  for (const [path, title] of [
    ['/modules', 'No module is registered yet'],
    ['/tasks', 'No task yet'],
    ['/breakers', 'No breakers yet'],
  ]) {
    await page.goto(`${server.url}${path}`)
    await expect(page.getByText(title ?? '')).toBeVisible()
    await expect(page.getByText('npm run demo')).toBeVisible()
  }
  await page.close()
})
