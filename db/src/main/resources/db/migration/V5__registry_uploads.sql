-- An upload belongs to the repository that it was begun in; its bytes are in the blob store.
create table registry_uploads (
    id            uuid primary key,
    repository    text not null,
    begun_at      timestamptz not null default now()
);
create index registry_uploads_by_age on registry_uploads (begun_at);
