-- These tables empty and fill all day. Cutting their empty end off takes an exclusive lock, for which all moves of tasks wait.
ALTER TABLE ready SET (vacuum_truncate = false);
ALTER TABLE waiting SET (vacuum_truncate = false);
ALTER TABLE lease SET (vacuum_truncate = false);
