import type { BalancingStrategy } from '#server/contracts/modules.ts'

/** How a module spreads its calls over its instances, in words. */
export const strategyLooks: Record<BalancingStrategy, { label: string; meaning: string }> = {
  power_of_two: { label: 'Power of two', meaning: 'The less loaded of two instances picked at random.' },
  round_robin: { label: 'Round robin', meaning: 'One instance after the other.' },
  least_loaded: { label: 'Least loaded', meaning: 'The instance with the smallest share of its capacity in use.' },
  random: { label: 'Random', meaning: 'Any instance that can take the call.' },
  weighted: { label: 'Weighted', meaning: 'In proportion to the weights of the instances.' },
}

/** The strategies as choices of a field. */
export const strategyOptions = (Object.keys(strategyLooks) as BalancingStrategy[]).map(value => ({
  value,
  label: strategyLooks[value].label,
}))
