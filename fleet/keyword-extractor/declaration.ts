import { type FleetModule, fleetDefaults, listSchema, maxTextLength, objectSchema } from '../shared/declaration.ts'

export const keywordExtractor: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'keyword-extractor',
    name: 'Keyword extractor',
    category: 'language',
    description: 'Finds the phrases that a text is about.',
    costPerHourUsd: 0.24,
    capabilities: [
      {
        type: 'keywords.extract',
        inputSchema: objectSchema(
          {
            text: { type: 'string', minLength: 1, maxLength: maxTextLength },
            limit: { type: 'integer', minimum: 1, maximum: 50 },
            language: { type: 'string', pattern: '^[a-z]{3}$' },
          },
          ['limit', 'language'],
        ),
        outputSchema: objectSchema({
          keywords: listSchema(
            objectSchema({ phrase: { type: 'string' }, score: { type: 'number' }, count: { type: 'integer' } }),
          ),
          words: { type: 'integer' },
          language: { type: 'string' },
        }),
      },
    ],
  },
  instances: 2,
  capacity: 6,
}
