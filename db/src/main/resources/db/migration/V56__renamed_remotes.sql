-- Under which name a remote was followed before its forge gave it another, and since when the forge lets its key in.
alter table project_remotes
    add column formerly   text not null default '', -- empty: it has had one name
    add column renamed_at timestamptz,
    add column let_in_at  timestamptz,              -- null: somebody lets the key in by hand
    add check ((formerly = '') = (renamed_at is null));
