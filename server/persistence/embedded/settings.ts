/** PostgreSQL settings, name to value, as given on the server's command line. */
export type PostgresSettings = Readonly<Record<string, string>>

/**
 * Settings for a durable job queue on a small machine: many short commits, narrow tables whose rows live for seconds.
 * Time-outs of statements and idle transactions are the clients' business.
 */
export const queueSettings: PostgresSettings = {
  max_connections: '100',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',

  shared_buffers: '256MB',
  work_mem: '8MB',
  maintenance_work_mem: '128MB',
  effective_cache_size: '1GB',
  random_page_cost: '1.1',
  jit: 'off',
  // Parallel queries take cores from the hot path, and shared memory that a container's 64 MB /dev/shm does not have.
  max_parallel_workers_per_gather: '0',

  // An answered submission is on disk. pglz: the packaged server is built without lz4.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_compression: 'pglz',
  wal_buffers: '16MB',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',

  // A claim deletes its `ready` row and a finish its `lease`: dead rows must go within seconds, not at 20 % of the table.
  autovacuum_naptime: '10s',
  autovacuum_vacuum_threshold: '500',
  autovacuum_vacuum_scale_factor: '0.02',
  autovacuum_analyze_threshold: '500',
  autovacuum_analyze_scale_factor: '0.05',
  autovacuum_vacuum_cost_limit: '2000',

  // Failed statements are answered to the client, which logs them; the server's own log keeps its life and its crashes.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
}

/** For throw-away databases of tests only: a crash of the machine may lose everything. */
export const throwawaySettings: PostgresSettings = {
  ...queueSettings,
  shared_buffers: '64MB',
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}
