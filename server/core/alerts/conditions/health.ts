import type { HealthMember } from '../../../contracts/health.ts'
import type { RuleContext } from '../alert-memory.ts'
import type { Reading } from '../alert-world.ts'

const bandNames = ['degraded', 'critical', 'in emergency'] as const

/** The overall score, with what pulls it down most. */
export function fleetHealth({ world: { health } }: RuleContext): Reading[] {
  const worst = health.unhealthy.slice(0, 3).map(({ name, score }) => `${name} ${Math.round(score)}`)
  return [
    {
      subject: 'fleet',
      value: health.score,
      title: level => `The fleet is ${bandNames[level]}`,
      detail: `score ${health.score.toFixed(1)} of 100${worst.length > 0 ? `; worst: ${worst.join(', ')}` : ''}`,
      href: '/',
      evidence: {
        score: health.score,
        band: health.status,
        systems: health.systems.score,
        modules: health.modules.score,
      },
      ...(health.status === 'healthy' ? {} : { sinceMs: Date.parse(health.since) }),
    },
  ]
}

/** Each thing that the fleet stands on. */
export function systemHealth({ world: { health } }: RuleContext): Reading[] {
  return health.systems.members.map(member => ({
    ...ofMember(member, `system:${member.id}`),
    title: () => `${member.name} at ${Math.round(member.score)}`,
    href: '/',
  }))
}

/** Each enabled module of which something is known. */
export function moduleHealth({ world: { health, modules } }: RuleContext): Reading[] {
  const enabled = new Set(modules.filter(module => module.enabled).map(({ id }) => id))
  return health.modules.members
    .filter(({ id }) => enabled.has(id))
    .map(member => ({
      ...ofMember(member, `module:${member.id}`),
      moduleId: member.id,
      title: level => `${member.name} is ${level === 0 ? 'degraded' : 'unhealthy'}`,
      href: `/modules/${member.id}`,
    }))
}

function ofMember({ score, reason, state, since, checkedAt }: HealthMember, subject: string) {
  const isTroubled = since !== null && state !== 'healthy'
  return {
    subject,
    value: score,
    detail: reason,
    evidence: { score, state, checkedAt },
    ...(isTroubled ? { sinceMs: Date.parse(since) } : {}),
  }
}
