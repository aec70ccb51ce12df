import {
  type FleetModule,
  fleetDefaults,
  listSchema,
  nullable,
  objectSchema,
  packageNameSchema,
} from '../shared/declaration.ts'

export const reportWriter: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'report-writer',
    name: 'Report writer',
    category: 'writing',
    description: 'Writes a Markdown report on a package from what the other modules find out about it.',
    costPerHourUsd: 0.9,
    dependsOn: [
      'package-reader',
      'license-detector',
      'dependency-auditor',
      'readability-scorer',
      'keyword-extractor',
      'summarizer-fast',
    ],
    capabilities: [
      {
        type: 'report.write',
        isPreemptible: true,
        inputSchema: objectSchema({ package: packageNameSchema }),
        outputSchema: objectSchema({
          package: { type: 'string' },
          version: nullable('string'),
          markdown: { type: 'string' },
          words: { type: 'integer' },
          unavailable: listSchema({ type: 'string' }),
        }),
      },
    ],
  },
  instances: 2,
  capacity: 4,
}
