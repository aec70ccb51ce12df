-- What work costs, and how many bytes of it wait. -------------------------------------------------------------------

-- The most that all attempts together may cost; null without a limit.
ALTER TABLE task ADD COLUMN cost_budget_usd numeric(20,10);
-- UTF-8 bytes of the payload as it was accepted; admission counts them.
ALTER TABLE task ADD COLUMN payload_bytes integer NOT NULL DEFAULT 0;

-- Hourly cost of the module × duration of the call.
ALTER TABLE attempt ADD COLUMN cost_usd numeric(20,10) NOT NULL DEFAULT 0;

-- Payload bytes of accepted tasks less those of ended ones; a single replica's may be negative, their sum is what is alive.
ALTER TABLE task_total ADD COLUMN live_bytes bigint NOT NULL DEFAULT 0;

-- Spend by day (UTC, of the call's end), module and task type; added to in the transaction that keeps the attempts, one row
-- per replica so that writers stay apart. Calls that cost nothing leave no row.
CREATE TABLE spend_day (
  tenant_id  text COLLATE "C" NOT NULL,
  day        date NOT NULL,
  module_id  text COLLATE "C" NOT NULL,
  task_type  text COLLATE "C" NOT NULL,
  replica_id text NOT NULL,
  calls      bigint NOT NULL DEFAULT 0,
  cost_usd   numeric(20,10) NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, day, module_id, task_type, replica_id)
);
