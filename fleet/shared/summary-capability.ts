import { listSchema, maxTextLength, objectSchema } from './declaration.ts'

/** `text.summarize`, the same for all modules that do it. */
export const summarizeCapability = {
  type: 'text.summarize',
  inputSchema: objectSchema(
    {
      text: { type: 'string', minLength: 1, maxLength: maxTextLength },
      sentences: { type: 'integer', minimum: 1, maximum: 10 },
    },
    ['sentences'],
  ),
  outputSchema: objectSchema({
    summary: { type: 'string' },
    sentences: listSchema(
      objectSchema({ text: { type: 'string' }, position: { type: 'integer' }, score: { type: 'number' } }),
    ),
    method: { type: 'string' },
    sentencesRead: { type: 'integer' },
    charactersRead: { type: 'integer' },
    coverage: { type: 'number', minimum: 0, maximum: 1 },
  }),
}
