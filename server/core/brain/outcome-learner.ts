/** What is learned from each ended call; the evidence behind later decisions. */
export interface OutcomeLearner {
  learn(outcome: {
    tenantId: string
    taskType: string
    moduleId: string
    ok: boolean
    durationMs: number
    errorCode: string | null
  }): void
}
