-- What tasks need and modules offer. A need belongs to the lane, so that the queue itself keeps apart what cannot run in the
-- same places, and neither submitting nor claiming costs anything more.
ALTER TABLE module
  ADD COLUMN cpu       double precision NOT NULL DEFAULT 0,
  ADD COLUMN memory_mb integer          NOT NULL DEFAULT 0;

ALTER TABLE lane
  ADD COLUMN cpu       double precision NOT NULL DEFAULT 0,
  ADD COLUMN memory_mb integer          NOT NULL DEFAULT 0;

ALTER TABLE lane DROP CONSTRAINT lane_tenant_id_task_type_module_id_key;
ALTER TABLE lane ADD CONSTRAINT lane_tenant_id_task_type_module_id_cpu_memory_mb_key
  UNIQUE (tenant_id, task_type, module_id, cpu, memory_mb);
