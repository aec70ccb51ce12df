import {
  type FleetModule,
  fleetDefaults,
  listSchema,
  maxTextLength,
  nullable,
  objectSchema,
} from '../shared/declaration.ts'

export const licenseDetector: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'license-detector',
    name: 'Licence detector',
    category: 'analysis',
    description: 'Says under which SPDX licence something stands, from what it declares and from the text it ships.',
    costPerHourUsd: 0.3,
    capabilities: [
      {
        type: 'license.detect',
        inputSchema: objectSchema(
          {
            declared: { type: ['string', 'null'], maxLength: 500 },
            text: { type: ['string', 'null'], maxLength: maxTextLength },
          },
          ['declared', 'text'],
        ),
        outputSchema: objectSchema({
          expression: nullable('string'),
          confidence: { type: 'number', minimum: 0, maximum: 1 },
          family: { enum: ['permissive', 'weak-copyleft', 'strong-copyleft', 'other', 'unknown'] },
          osiApproved: nullable('boolean'),
          declared: { type: ['object', 'null'] },
          matches: listSchema({ type: 'object' }),
          agrees: nullable('boolean'),
        }),
      },
    ],
  },
  instances: 1,
  capacity: 6,
}
