import {
  type FleetModule,
  fleetDefaults,
  listSchema,
  maxTextLength,
  nullable,
  objectSchema,
} from '../shared/declaration.ts'

export const languageDetector: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'language-detector',
    name: 'Language detector',
    category: 'language',
    description: 'Tells in which human language a text is written, and how sure that is.',
    costPerHourUsd: 0.18,
    capabilities: [
      {
        type: 'language.detect',
        inputSchema: objectSchema({ text: { type: 'string', minLength: 1, maxLength: maxTextLength } }),
        outputSchema: objectSchema({
          language: nullable('string'),
          name: nullable('string'),
          reliable: { type: 'boolean' },
          margin: { type: 'number', minimum: 0, maximum: 1 },
          alternatives: listSchema({ type: 'object' }),
          characters: { type: 'integer' },
        }),
      },
    ],
  },
  instances: 1,
  capacity: 8,
}
