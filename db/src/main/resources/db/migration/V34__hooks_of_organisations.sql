-- Of which organisation a hook of many projects is, and since when the forge has it.
alter table hooks
    add column base_url     text not null default '', -- of the forge; empty: it is of one project, or was made by hand
    add column organisation text not null default '', -- as the forge's API names it
    add column entered_at   timestamptz,              -- null: the forge did not take it, somebody enters it by hand
    add check ((organisation = '') = (base_url = '')),
    add check (organisation = '' or project_id is null);
create unique index hooks_of_organisation on hooks (forge, base_url, organisation) where organisation <> '';
