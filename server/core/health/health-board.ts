import type { HealthState } from '../../contracts/modules.ts'

/** Health of one thing with the evidence it stands on. */
export interface HealthReading {
  state: HealthState
  /** 0-100; null when nothing was seen yet. */
  score: number | null
  /** How it was made, in words. */
  reason: string
  /** Milliseconds since the epoch; null when nothing was seen yet. */
  at: number | null
}

/** Health of an instance for who asks again and again. */
export interface LiveHealth {
  /** As it is at this moment. */
  readonly reading: HealthReading
}

/** What the rest of the core reads of health; answers are from memory. */
export interface HealthBoard {
  /** The live health of one instance, the same object for as long as it is watched; null while it is not. */
  of(tenantId: string, moduleId: string, instanceId: string): LiveHealth | null
  instance(tenantId: string, moduleId: string, instanceId: string): HealthReading
  /** From its instances. A disabled module keeps its last reading; being disabled is not unhealthy. */
  module(tenantId: string, moduleId: string): HealthReading
  /** Passive signal: a real call of an instance ended. Neutral results (busy, cancelled) are not reported. */
  observeCall(tenantId: string, moduleId: string, instanceId: string, call: { ok: boolean; durationMs: number }): void
}
