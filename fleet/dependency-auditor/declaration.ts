import { type FleetModule, fleetDefaults, listSchema, objectSchema, packageNameSchema } from '../shared/declaration.ts'

const integer = { type: 'integer' }

export const dependencyAuditor: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'dependency-auditor',
    name: 'Dependency auditor',
    category: 'analysis',
    description:
      'Goes through all that a package needs: licences, versions held twice, unmet ranges, engines, deprecations.',
    costPerHourUsd: 0.6,
    dependsOn: ['package-reader'],
    capabilities: [
      {
        type: 'dependencies.audit',
        inputSchema: objectSchema(
          {
            package: packageNameSchema,
            allowedLicenses: { type: 'array', items: { type: 'string', maxLength: 100 }, minItems: 1, maxItems: 100 },
            nodeVersion: { type: 'string', maxLength: 40 },
          },
          ['allowedLicenses', 'nodeVersion'],
        ),
        outputSchema: objectSchema({
          package: { type: 'string' },
          nodeVersion: { type: 'string' },
          packages: integer,
          direct: integer,
          deepest: integer,
          complete: { type: 'boolean' },
          licenses: listSchema(objectSchema({ license: { type: 'string' }, packages: integer })),
          findings: listSchema(
            objectSchema({
              kind: { enum: ['license', 'duplicate', 'unmet', 'engine', 'deprecated'] },
              severity: { enum: ['info', 'warning', 'error'] },
              package: { type: 'string' },
              message: { type: 'string' },
            }),
          ),
          grade: { enum: ['A', 'B', 'C', 'D'] },
        }),
      },
    ],
  },
  instances: 1,
  capacity: 4,
}
