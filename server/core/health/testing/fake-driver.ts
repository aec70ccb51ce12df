import type { Driver, DriverHealth } from '../../queue/driver.ts'

/** A driver whose instances are as the test says, by endpoint; healthy unless told. It counts what it was asked. */
export class FakeDriver implements Driver {
  readonly name = 'http'
  readonly checked: string[] = []
  underWay = 0
  mostUnderWay = 0
  readonly #answers = new Map<string, DriverHealth['status'] | 'hangs'>()

  set(endpoint: string, answer: DriverHealth['status'] | 'hangs'): void {
    this.#answers.set(endpoint, answer)
  }

  async checkHealth(instance: { endpoint: string }, signal: AbortSignal): Promise<DriverHealth> {
    this.checked.push(instance.endpoint)
    this.underWay += 1
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay)
    try {
      const answer = this.#answers.get(instance.endpoint) ?? 'healthy'
      if (answer === 'hangs') {
        await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
        return { status: 'unhealthy', load: null, latencyMs: 0, reason: 'was asked to stop' }
      }
      return { status: answer, load: null, latencyMs: 3, reason: answer === 'healthy' ? null : `says it is ${answer}` }
    } finally {
      this.underWay -= 1
    }
  }

  call(): never {
    throw new Error('Nothing here makes calls')
  }

  release(): void {}

  async close(): Promise<void> {}
}
