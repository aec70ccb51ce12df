-- Filters of a page with a name. Without an owner a view belongs to everybody of the tenant.
CREATE TABLE saved_view (
  tenant_id text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id uuid NOT NULL,
  page text NOT NULL,
  owner_id text REFERENCES person (id) ON DELETE CASCADE,
  name text NOT NULL,
  query text NOT NULL,
  saved_by text NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);

CREATE INDEX saved_view_owner_id_idx ON saved_view (owner_id);
CREATE UNIQUE INDEX saved_view_tenant_id_page_owner_id_name_key ON saved_view (tenant_id, page, owner_id, name) NULLS NOT DISTINCT;
