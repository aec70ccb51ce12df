import type { FaultRow } from '../fault-row.ts'
import { killedAtCrashPoints } from './01-killed-at-crash-points.ts'
import { repeatedKills } from './02-repeated-kills.ts'
import { databaseRestart } from './03-database-restart.ts'
import { backendsTerminated } from './04-backends-terminated.ts'
import { halfOpenSocket } from './05-half-open-socket.ts'
import { connectionsExhausted } from './06-connections-exhausted.ts'
import { replicaFrozen } from './07-replica-frozen.ts'
import { commitAnswerLost } from './08-commit-answer-lost.ts'
import { duplicateDelivery } from './09-duplicate-delivery.ts'
import { claimContention } from './10-claim-contention.ts'
import { slowModule } from './11-slow-module.ts'
import { hangingModule } from './12-hanging-module.ts'
import { garbageAnswers } from './13-garbage-answers.ts'
import { resetAfterSend } from './14-reset-after-send.ts'
import { halfOpenBurst } from './15-half-open-burst.ts'
import { breakerUnderFailure } from './16-breaker-under-failure.ts'
import { flapping } from './17-flapping.ts'
import { retryStorm } from './18-retry-storm.ts'
import { clockSkew } from './19-clock-skew.ts'
import { poisonPayload } from './20-poison-payload.ts'
import { oneBadItem } from './21-one-bad-item.ts'
import { saturation } from './22-saturation.ts'
import { starvation } from './23-starvation.ts'
import { deadlinePassed } from './24-deadline-passed.ts'
import { cycles } from './25-cycles.ts'
import { fanIn } from './26-fan-in.ts'
import { heldTransaction } from './27-held-transaction.ts'
import { slowWebsocketReader } from './30-slow-websocket-reader.ts'
import { approvalBypass } from './40-approval-bypass.ts'

/** Every fault that is tried, in the order of the table. */
export const faultRows: readonly FaultRow[] = [
  killedAtCrashPoints,
  repeatedKills,
  databaseRestart,
  backendsTerminated,
  halfOpenSocket,
  connectionsExhausted,
  replicaFrozen,
  commitAnswerLost,
  duplicateDelivery,
  claimContention,
  slowModule,
  hangingModule,
  garbageAnswers,
  resetAfterSend,
  halfOpenBurst,
  breakerUnderFailure,
  flapping,
  retryStorm,
  clockSkew,
  poisonPayload,
  oneBadItem,
  saturation,
  starvation,
  deadlinePassed,
  cycles,
  fanIn,
  heldTransaction,
  slowWebsocketReader,
  approvalBypass,
]
