import {
  type FleetModule,
  fleetDefaults,
  listSchema,
  nullable,
  objectSchema,
  packageNameSchema,
} from '../shared/declaration.ts'

const inputSchema = objectSchema({ package: packageNameSchema })

export const packageReader: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'package-reader',
    name: 'Package reader',
    category: 'reading',
    description:
      'Reads an installed npm package from disk: manifest, README, licence text, files, and all it depends on.',
    costPerHourUsd: 0.12,
    capabilities: [
      {
        type: 'package.read',
        inputSchema,
        outputSchema: objectSchema({
          name: { type: 'string' },
          version: nullable('string'),
          description: nullable('string'),
          license: nullable('string'),
          homepage: nullable('string'),
          repository: nullable('string'),
          keywords: listSchema({ type: 'string' }),
          moduleFormat: { enum: ['esm', 'commonjs', 'dual'] },
          hasTypes: { type: 'boolean' },
          nodeRange: nullable('string'),
          dependencies: { type: 'object', additionalProperties: { type: 'string' } },
          readme: { type: ['object', 'null'] },
          licenseFile: { type: ['object', 'null'] },
          files: { type: 'object' },
        }),
      },
      {
        type: 'package.tree',
        inputSchema,
        outputSchema: objectSchema({
          root: { type: 'string' },
          packages: listSchema({ type: 'object' }),
          missing: listSchema({ type: 'object' }),
          complete: { type: 'boolean' },
        }),
      },
    ],
  },
  instances: 2,
  capacity: 8,
}
