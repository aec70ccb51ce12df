import { setTimeout as sleep } from 'node:timers/promises'
import { scopes } from '../../../server/contracts/people.ts'
import { ApprovalDesk, type Headers, moduleId } from '../approval-desk.ts'
import { type FaultRow, violationsOf } from '../fault-row.ts'
import type { Stage } from '../stage.ts'

/** A replica that follows another one has to know its seals. */
const variables = { QUARTERDECK_SECRET_KEY: '5a'.repeat(32), QUARTERDECK_ANALYSIS_HOURS: '0' }

export const approvalBypass: FaultRow = {
  row: 40,
  fault: 'approval bypass',
  how: isFull =>
    `every way from a suggestion to the configuration that is not the approval of a signed-in approver: all keys and roles, foreign pages, ended sessions, forged fields, approvals written into the database, copied, altered or outdated, replays, twenty at once; then ${killsFor(isFull)} kills of the replica that applies an approved change`,
  mustHold: 'each is refused and changes nothing; after a kill the change and its suggestion are both there or neither',
  async run(stage) {
    await stage.startReplica(variables)
    await stage.startModule(moduleId, () => ({ status: 200, body: null }))
    const desk = new ApprovalDesk(stage)
    await desk.open()
    const { notRefused, ...tried } = await tryAllWays(desk)
    const kills = await killWhileApplying(desk, killsFor(stage.isFull))
    return {
      figure: `${tried.ways} ways tried, ${tried.refused} refused, ${tried.changes} changes; of 20 at once ${tried.appliedAtOnce} applied; ${kills.count} kills, ${kills.before} before and ${kills.after} after the change, ${kills.torn} torn`,
      measured: {
        ...tried,
        kills: kills.count,
        killedBefore: kills.before,
        killedAfter: kills.after,
        torn: kills.torn,
      },
      violations: [
        ...notRefused,
        ...violationsOf({
          'the configuration was changed past an approval': tried.changes === 0,
          'of many at once not exactly one applied': tried.appliedAtOnce === 1,
          'a change without its suggestion, or the other way round': kills.torn === 0,
          'no kill came before the change, or none after it': Math.min(kills.before, kills.after) > 0,
        }),
      ],
    }
  },
}

function killsFor(isFull: boolean): number {
  return isFull ? 100 : 12
}

interface Tried {
  ways: number
  refused: number
  /** Changes of the configuration that a refused way made all the same. */
  changes: number
  appliedAtOnce: number
  /** In words, what was not refused. */
  notRefused: string[]
}

/** Refusals that say nothing of who may do what. */
const noReason = new Set(['INTERNAL', 'RATE_LIMITED'])

/** A way to the configuration: answers the code it was refused with, null when it was let through. */
type Way = [what: string, attempt: () => Promise<string | null>]

async function tryAllWays(desk: ApprovalDesk): Promise<Tried> {
  const tried: Tried = { ways: 0, refused: 0, changes: 0, appliedAtOnce: 0, notRefused: [] }
  const applied = await desk.approved()
  await desk.call('suggestions.apply', { id: applied.id }, desk.as('admin'))
  const atOnce = await desk.approved()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      desk.call('suggestions.apply', { id: atOnce.id }, desk.as(turn % 2 === 0 ? 'admin' : 'approver')),
    ),
  )
  tried.appliedAtOnce = answers.filter(({ code }) => code === null).length
  for (const [what, attempt] of [...(await byOthers(desk, applied.id)), ...byApprovers(desk, applied.id)]) {
    const before = await desk.module()
    const code = await attempt()
    const after = await desk.module()
    tried.ways++
    if (code === null) tried.notRefused.push(`not refused: ${what}`)
    else if (noReason.has(code)) tried.notRefused.push(`refused for another reason, ${code}: ${what}`)
    else tried.refused++
    if (before.preference !== after.preference) tried.changes++
  }
  return tried
}

/** Keys, roles, foreign pages and ended sessions: each at a suggestion that waits, one that is approved and one that is applied. */
async function byOthers(desk: ApprovalDesk, applied: string): Promise<Way[]> {
  const [open, approved] = [await desk.propose(), await desk.approved()]
  const create = async (input: object): Promise<Headers> => {
    const { data } = await desk.call('keys.create', { name: 'row 40', ...input }, desk.as('admin'))
    return { authorization: `Bearer ${(data as { secret: string }).secret}` }
  }
  const callers: [string, Headers][] = [
    ['nobody', {}],
    ['a made-up key', { authorization: 'Bearer qdk_0123456789abcdef' }],
    ...(await Promise.all(
      [...scopes.map(scope => [scope]), [...scopes]].map(
        async granted => [`a key for ${granted.join(', ')}`, await create({ scopes: granted })] as [string, Headers],
      ),
    )),
    ['the key of a module', await create({ moduleId })],
    ['a viewer', desk.as('viewer')],
    ['an operator', desk.as('operator')],
    ['an approver by a foreign page', { ...desk.as('approver'), origin: 'https://elsewhere.example' }],
    ['an approver whose session ended', await desk.endedSession()],
  ]
  return callers.flatMap(([who, headers]) => {
    const act = (name: string, input: object): Way => [
      `${name} by ${who}`,
      async () => (await desk.call(`suggestions.${name}`, input, headers)).code,
    ]
    return [
      act('approve', { id: open.id }),
      act('apply', { id: approved.id }),
      act('revert', { id: applied, reason: 'x' }),
    ]
  })
}

/** What not even somebody with the role can do. */
function byApprovers(desk: ApprovalDesk, applied: string): Way[] {
  const call = async (name: string, input: object, who = 'approver') =>
    (await desk.call(`suggestions.${name}`, input, desk.as(who))).code
  const applyAfter = async (alter: (id: string) => Promise<unknown>) => {
    const { id } = await desk.approved()
    await alter(id)
    return call('apply', { id })
  }
  const write = (sql: string, ...values: unknown[]) => desk.stage.pool.query(sql, values)
  const set = (path: string, value: string) => (id: string) =>
    write(`UPDATE suggestion SET record = jsonb_set(record, '${path}', '${value}') WHERE id = $1`, id)
  return [
    ['approving what one proposed', async () => call('approve', { id: (await desk.propose(desk.as('approver'))).id })],
    ['applying what nobody approved', async () => call('apply', { id: (await desk.propose()).id })],
    ['applying it again', () => call('apply', { id: applied })],
    [
      'an approval sent along',
      async () => call('apply', { id: (await desk.propose()).id, approval: { purpose: 'apply' } }),
    ],
    [
      'another change sent along',
      async () => call('apply', { id: (await desk.approved()).id, change: { kind: 'flag' } }),
    ],
    ['somebody else as approver', async () => call('approve', { id: (await desk.propose()).id, by: 'admin' })],
    ['other evidence than there is', async () => call('approve', { id: (await desk.propose()).id, evidenceHash: 'x' })],
    ['another configuration', async () => call('approve', { id: (await desk.propose()).id, configurationHash: 'x' })],
    [
      'an approval prolonged in the database',
      () => applyAfter(set('{state,consent,expiresAt}', '"2099-01-01T00:00:00Z"')),
    ],
    ['an approver written into the database', () => applyAfter(set('{state,consent,by,id}', '"somebody"'))],
    ['a change exchanged in the database', () => applyAfter(set('{act,change,preference}', '99'))],
    ['a seal made up in the database', () => applyAfter(set('{state,consent,seal}', '"00"'))],
    [
      'an approval copied from another suggestion',
      async () => {
        const [from, to] = [await desk.approved(), await desk.propose()]
        await write(
          `UPDATE suggestion SET status = 'approved', record = jsonb_set(record, '{state}',
             (SELECT record -> 'state' FROM suggestion WHERE id = $1)) WHERE id = $2`,
          from.id,
          to.id,
        )
        return call('apply', { id: to.id })
      },
    ],
    [
      'a configuration that has changed since',
      () =>
        applyAfter(async () => {
          const { configVersion } = await desk.module()
          await desk.call(
            'modules.update',
            { id: moduleId, configVersion, description: `v${configVersion}` },
            desk.as('admin'),
          )
        }),
    ],
    [
      'an approver who has lost the role',
      async () => {
        const { id } = await desk.propose()
        await call('approve', { id }, 'other')
        await write("UPDATE person SET role = 'operator' WHERE name = 'other'")
        return call('apply', { id })
      },
    ],
    ['whoever has lost the role', async () => call('approve', { id: (await desk.propose()).id }, 'other')],
  ]
}

/** Kills the replica around the moment of an apply; on the next one the change and its suggestion have to say the same. */
async function killWhileApplying(desk: ApprovalDesk, count: number) {
  const kills = { count, before: 0, after: 0, torn: 0 }
  let delayMs = 40
  for (let round = 0; round < count; round++) {
    const { id, preference } = await desk.approved()
    const answer = desk.call('suggestions.apply', { id }, desk.as('admin')).catch(() => null)
    await sleep((0.8 + 0.4 * desk.stage.random()) * delayMs)
    await restart(desk.stage)
    await answer
    await desk.renew()
    const isChanged = (await desk.module()).preference === preference
    const isApplied = (await desk.statusOf(id)) === 'applied'
    kills[isApplied ? 'after' : 'before']++
    // So they gather around the commit, however fast the machine is.
    delayMs *= isApplied ? 0.75 : 1.5
    if (isChanged !== isApplied) kills.torn++
    if (!isApplied && (await desk.call('suggestions.apply', { id }, desk.as('admin'))).code !== null) kills.torn++
  }
  return kills
}

async function restart(stage: Stage): Promise<void> {
  await stage.replicas[0]?.end('SIGKILL')
  await stage.startReplica(variables)
}
