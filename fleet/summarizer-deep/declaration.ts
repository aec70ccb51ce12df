import { type FleetModule, fleetDefaults } from '../shared/declaration.ts'
import { summarizeCapability } from '../shared/summary-capability.ts'

export const summarizerDeep: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'summarizer-deep',
    name: 'Summarizer, deep',
    category: 'writing',
    description:
      'Summarizes a text by how its sentences support each other, and says nothing twice: slower, dearer, better.',
    costPerHourUsd: 2.4,
    capabilities: [summarizeCapability],
  },
  instances: 1,
  capacity: 3,
}
