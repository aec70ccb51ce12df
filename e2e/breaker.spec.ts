import type { ModuleView } from '#server/contracts/modules.ts'
import type { SubmitTask } from '#server/contracts/tasks.ts'
import { chooseByKey, typeInto } from './support/keyboard.ts'
import { fails, registerOwnModule, works } from './support/own-module.ts'
import { expect, test } from './support/test.ts'

test('a failing module is cut off, probed and taken back in front of the user, and each change is on record', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Flaky engine', {
    breaker: { failureThreshold: 3, openMs: 1_500, successThreshold: 2 },
  })
  const submit = async (count: number) => {
    for (let index = 0; index < count; index++) {
      await client.mutate('tasks.submit', {
        type: engine.type,
        payload: { index },
        maxAttempts: 1,
      } satisfies SubmitTask)
    }
  }
  await page.goto(`/breakers?module=${engine.id}`)
  const card = page.getByRole('article').filter({ hasText: engine.name })
  await expect(card).toContainText('Closed')

  engine.service.answer = fails
  await submit(3)
  await expect(card).toContainText('Open')
  await expect(card).toContainText('Next probe')

  engine.service.answer = () => ({ ...works(), delayMs: 1_000 })
  await submit(4)
  await expect(card).toContainText('Half-open')
  await expect(card).toContainText('Probes succeeded')
  await expect(card).toContainText('Closed')

  await card.getByRole('button', { name: engine.name }).click()
  const sheet = page.getByRole('dialog', { name: engine.name })
  const changes = sheet.getByRole('list', { name: 'Changes of state' }).getByRole('listitem')
  await expect(changes).toContainText([
    /Half-open.*Closed.*2 .*successful/s,
    /Open.*Half-open/s,
    /Closed.*Open.*3 failures in a row/s,
  ])
  await expect(sheet).toContainText('ENGINE_ON_FIRE')
  await changes.last().getByText('3 calls behind it').click()
  await changes
    .last()
    .getByRole('link', { name: /^task …/ })
    .first()
    .click()
  await expect(page).toHaveURL(/\/tasks\//)
  await expect(page.getByText('ENGINE_ON_FIRE').first()).toBeVisible()
})

test('by keyboard alone, a breaker is held open, says who holds it and why, and a reset gives it back to itself', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Held engine')
  await page.goto(`/breakers?module=${engine.id}`)
  await chooseByKey(page, page.getByRole('button', { name: engine.name }))
  const sheet = page.getByRole('dialog', { name: engine.name, exact: true })
  await expect(sheet.getByRole('button', { name: 'Reset' })).toBeDisabled()

  await chooseByKey(page, sheet.getByRole('button', { name: 'Hold open' }))
  const holding = page.getByRole('dialog', { name: `Hold ${engine.name} open` })
  await expect(holding.getByRole('button', { name: 'Hold open' })).toBeDisabled()
  await typeInto(page, holding.getByLabel('Reason'), 'provider outage, ticket 4711')
  await typeInto(page, holding.getByLabel(`Type “${engine.id}” to confirm`), engine.id)
  await chooseByKey(page, holding.getByRole('button', { name: 'Hold open' }))
  await expect(holding).toBeHidden()
  await expect(sheet).toContainText('Open · held')
  await expect(sheet).toContainText(/Held open by \S+/)
  await expect(sheet).toContainText('“provider outage, ticket 4711”')

  await chooseByKey(page, sheet.getByRole('button', { name: 'Reset' }))
  const resetting = page.getByRole('dialog', { name: `Reset ${engine.name}` })
  await typeInto(page, resetting.getByLabel('Reason'), 'the provider is back')
  await chooseByKey(page, resetting.getByRole('button', { name: 'Reset' }))
  await expect(resetting).toBeHidden()
  await expect(sheet).toContainText('Failures in a row')
  await expect(sheet.getByRole('list', { name: 'Changes of state' }).getByRole('listitem').first()).toContainText(
    'the provider is back',
  )

  await page.goto(`/audit?q=${engine.id}`)
  const acts = page.getByRole('table', { name: 'Acts' })
  await expect(acts.getByRole('row', { name: /Breaker reset/ })).toContainText('the provider is back')
  await expect(acts.getByRole('row', { name: /Breaker forced open/ })).toContainText('provider outage, ticket 4711')
  await expect(acts.getByRole('row', { name: /Module registered/ })).toBeVisible()
})

test('rules are edited where they are seen: impossible ones are refused beside the field, another’s change is shown first', async ({
  page,
  client,
  allowInConsole,
}) => {
  allowInConsole(/status of 409.*breakers\.configure/)
  await using engine = await registerOwnModule(client, 'Ruled engine')
  await page.goto(`/breakers?module=${engine.id}`)
  await page.getByRole('button', { name: engine.name }).click()
  const sheet = page.getByRole('dialog', { name: engine.name, exact: true })
  await sheet.getByRole('switch', { name: 'Open by slow calls' }).click()
  await sheet.getByLabel('Slow from').fill('30')
  await sheet.getByLabel('Slow calls of at least').fill('0')
  await expect(sheet.getByText('Less than what a call may take.')).toBeVisible()
  await expect(sheet.getByText('At least 1.')).toBeVisible()
  await expect(sheet.getByRole('button', { name: 'Save thresholds' })).toBeDisabled()
  await sheet.getByLabel('Slow from').fill('0.2')
  await sheet.getByLabel('Slow calls of at least').fill('3')

  const { configVersion, breakerConfig } = await client.query<ModuleView>('modules.get', { id: engine.id })
  const theirs = { ...breakerConfig, failureThreshold: 9 }
  await client.mutate('breakers.configure', { moduleId: engine.id, configVersion, breaker: theirs })
  await sheet.getByRole('button', { name: 'Save thresholds' }).click()
  await expect(sheet.getByRole('alert')).toContainText('Opens after: 5 → 9')
  await expect(sheet.getByLabel('Slow from')).toHaveValue('0.2')
  await sheet.getByRole('button', { name: 'Save mine over it' }).click()
  await expect(sheet.getByRole('alert')).toBeHidden()

  engine.service.answer = () => ({ ...works(), delayMs: 300 })
  for (let index = 0; index < 3; index++) {
    await client.mutate('tasks.submit', { type: engine.type, payload: { index } } satisfies SubmitTask)
  }
  await expect(sheet.getByRole('list', { name: 'Changes of state' })).toContainText('3 of 3 calls took 200 ms or more')
})

test('on a phone, holding a breaker open says first what waits then, and gives it back by itself', async ({
  page,
  client,
}) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await using engine = await registerOwnModule(client, 'Pocket engine')
  await page.goto(`/breakers?module=${engine.id}`)
  await page.getByRole('button', { name: engine.name }).click()
  const sheet = page.getByRole('dialog', { name: engine.name, exact: true })
  await sheet.getByRole('button', { name: 'Hold open' }).click()
  const holding = page.getByRole('dialog', { name: `Hold ${engine.name} open` })
  await expect(holding.getByRole('region', { name: 'What it touches' })).toContainText(
    `Nobody else can run ${engine.type}`,
  )
  await holding.getByLabel('Reason').fill('on call')
  await holding.getByLabel(`Type “${engine.id}” to confirm`).fill(engine.id)
  await expect(holding.getByRole('button', { name: 'Hold open' })).toBeInViewport()
  await holding.getByRole('button', { name: 'Hold open' }).click()
  await expect(holding).toBeHidden()
  await expect(sheet).toContainText(/\d+ m(in)? .*left|left/)

  const [instance] = (await client.query<ModuleView>('modules.get', { id: engine.id })).instances
  const target = { moduleId: engine.id, instanceId: instance?.id ?? '' }
  await client.mutate('breakers.forceOpen', { ...target, reason: 'shorter', expiresInMs: 1_000 })
  await expect(sheet).toContainText('Half-open')
  await expect(sheet.getByRole('list', { name: 'Changes of state' })).toContainText('has expired')
})
