import { type FleetModule, fleetDefaults } from '../shared/declaration.ts'
import { summarizeCapability } from '../shared/summary-capability.ts'

export const summarizerFast: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'summarizer-fast',
    name: 'Summarizer, fast',
    category: 'writing',
    description:
      'Summarizes a text by the words it repeats: a few milliseconds, cheap, and blind to synonyms and repetition.',
    costPerHourUsd: 0.4,
    capabilities: [summarizeCapability],
  },
  instances: 2,
  capacity: 8,
}
