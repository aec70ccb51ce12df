const stepsPerRound = 128

/**
 * Calls `step` again and again until it answers false, each time from an immediate of its own: Node settles promises between
 * two immediates. Many are queued at once, since a round of the event loop costs more than the steps themselves.
 */
export function pumpSteps(step: () => boolean): void {
  let isOver = false
  const run = () => {
    if (!isOver) isOver = !step()
  }
  const round = () => {
    if (isOver) return
    for (let count = 0; count < stepsPerRound; count++) setImmediate(run)
    setImmediate(round)
  }
  round()
}
