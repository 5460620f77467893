-- From where something was done; null where it was Slipway itself, or before this was kept.
alter table audit add column address text;

-- Rows are never changed or removed, also not all at once.
create trigger audit_is_never_emptied before truncate on audit
    for each statement execute function audit_is_append_only();
create index audit_by_principal on audit (principal_id, id);
