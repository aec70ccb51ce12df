import { type Encoder, jsonEncoder } from '@trpc/server/adapters/ws'

const texts = new WeakMap<object, string>()

/** Remembers the JSON text of a value that many connections are about to be sent, so that it is made once for all. */
export function shareJson(value: object, text: string): void {
  texts.set(value, text)
}

/** tRPC's JSON, except that the text of a shared value is taken as it is. */
export const sharedJsonEncoder: Encoder = {
  decode: data => jsonEncoder.decode(data),
  encode(message) {
    const shared = sharedDataOf(message)
    if (shared === undefined) return jsonEncoder.encode(message)
    return `{"id":${JSON.stringify(shared.id)},"result":{"type":"data","data":${shared.text}}}`
  },
}

function sharedDataOf(message: unknown): { id: unknown; text: string } | undefined {
  if (!isObject(message) || !isObject(message['result']) || message['jsonrpc'] !== undefined) return undefined
  const { type, data } = message['result']
  const text = type === 'data' && isObject(data) ? texts.get(data) : undefined
  return text === undefined ? undefined : { id: message['id'], text }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
