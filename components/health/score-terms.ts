import type { HealthMember, HealthSummary } from '#server/contracts/health.ts'

/** One member of the score with what it takes away. */
export interface ScoreTerm {
  member: HealthMember
  /** Part of the whole score that it makes up, 0-1. */
  part: number
  /** Points of the score that it pulls down: its part of what it lacks. */
  pull: number
}

/** The score taken apart. */
export interface ScoreTerms {
  /** Parts of the score that the sides make up, 0-1: 60 and 40 %, or all for a side whose other is empty. */
  systemsPart: number
  modulesPart: number
  /** Members that count, those that pull most first. */
  terms: ScoreTerm[]
  /** Members that weigh nothing: disabled modules. */
  uncounted: number
}

/** How a score was made, term by term: 100 less all pulls is the score. */
export function explainScore({ systems, modules }: Pick<HealthSummary, 'systems' | 'modules'>): ScoreTerms {
  const systemsPart = systems.score === null ? 0 : modules.score === null ? 1 : 0.6
  const modulesPart = modules.score === null ? 0 : 1 - systemsPart
  const terms = [...termsOf(systems.members, systemsPart), ...termsOf(modules.members, modulesPart)]
  const counted = terms.filter(({ part }) => part > 0)
  return {
    systemsPart,
    modulesPart,
    terms: counted.sort((a, b) => b.pull - a.pull || a.member.name.localeCompare(b.member.name)),
    uncounted: terms.length - counted.length,
  }
}

function termsOf(members: readonly HealthMember[], sidePart: number): ScoreTerm[] {
  const whole = members.reduce((sum, { weight }) => sum + weight, 0)
  return members.map(member => {
    const part = whole === 0 ? 0 : (sidePart * member.weight) / whole
    return { member, part, pull: part * (100 - member.score) }
  })
}
