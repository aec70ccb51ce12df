-- Keys of modules, beside those of services. They go with their module, so that a later one of the same id does not inherit them.
ALTER TABLE api_key ADD COLUMN module_id text COLLATE "C";
ALTER TABLE api_key ADD CONSTRAINT api_key_tenant_id_module_id_fkey
  FOREIGN KEY (tenant_id, module_id) REFERENCES module (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE api_key ADD CONSTRAINT api_key_scopes_or_module CHECK (module_id IS NULL OR cardinality(scopes) = 0);
