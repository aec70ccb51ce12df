import type { Dispatcher, Pool } from 'undici'

export interface LightAnswer {
  status: number
  body: string
}

/**
 * One request by a pool, its answer read whole. Without the stream that `Pool.request` makes of each answer, a load generator that
 * shares its two cores with what it measures leaves more of them to that.
 */
export function lightRequest(pool: Pool, options: Dispatcher.DispatchOptions): Promise<LightAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0
    const chunks: Buffer[] = []
    pool.dispatch(options, {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        resolve({ status, body: Buffer.concat(chunks).toString('utf8') })
      },
      onResponseError(_controller, error) {
        reject(error)
      },
    })
  })
}
