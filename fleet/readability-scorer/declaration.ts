import { type FleetModule, fleetDefaults, listSchema, maxTextLength, objectSchema } from '../shared/declaration.ts'

const number = { type: 'number' }
const integer = { type: 'integer' }

export const readabilityScorer: FleetModule = {
  declaration: {
    ...fleetDefaults,
    id: 'readability-scorer',
    name: 'Readability scorer',
    category: 'analysis',
    description: 'Measures how hard an English text is to read, by five established formulas.',
    costPerHourUsd: 0.15,
    capabilities: [
      {
        type: 'readability.score',
        inputSchema: objectSchema({ text: { type: 'string', minLength: 1, maxLength: maxTextLength } }),
        outputSchema: objectSchema({
          words: integer,
          sentences: integer,
          syllables: integer,
          complexWords: integer,
          fleschReadingEase: number,
          fleschKincaidGrade: number,
          gunningFog: number,
          smog: number,
          automatedReadability: number,
          band: { enum: ['very easy', 'easy', 'plain', 'fairly hard', 'hard', 'very hard'] },
          readingMinutes: number,
          hardestWords: listSchema({ type: 'string' }),
        }),
      },
    ],
  },
  instances: 1,
  capacity: 8,
}
